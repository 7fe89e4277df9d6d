import type { RecordCodec } from "../../util/stored-record.ts";
import { FlatRecord, given } from "../package-delivery/flat-record.ts";
import type { PullProgress } from "../package-delivery/package-pull.ts";
import { type SoftwareState, softwareStates } from "./software-machine.ts";
import { type SoftwareResult, softwareResults } from "./software-result.ts";

/** What of one software component survives a restart. */
export interface SoftwareRecord {
  readonly state: SoftwareState;
  readonly result: SoftwareResult;
  readonly active: boolean;
  /** Update Supported Objects (/9/x/8). */
  readonly reportsObjects: boolean;
  /** A command was at work; after a restart nobody knows how it ended. */
  readonly busy: boolean;
  /** Empty when the package is pushed. */
  readonly uri: string;
  readonly pull?: PullProgress;
  readonly bytes?: number;
  readonly name?: string;
  readonly version?: string;
  readonly userName?: string;
  readonly password?: string;
}

export const freshSoftware: SoftwareRecord = {
  state: "initial",
  result: "initial",
  active: false,
  reportsObjects: false,
  busy: false,
  uri: "",
};

/** What is left when the package goes: the login and the settings are the server's. */
export function withoutSoftware({ state, reportsObjects, userName, password }: SoftwareRecord): SoftwareRecord {
  return { ...freshSoftware, state, reportsObjects, ...given({ userName, password }) };
}

const FORMAT = 1;

export const softwareRecordCodec: RecordCodec<SoftwareRecord> = {
  encode: ({ pull, ...fields }) =>
    FlatRecord.encode(FORMAT, {
      ...fields,
      ...(pull && { pullUnit: pull.unit, pullValidator: pull.validator, pullTotal: pull.totalBytes }),
    }),
  decode: (bytes) => {
    const record = new FlatRecord("software record", FORMAT, bytes);
    const unit = record.optionalNumber("pullUnit");
    const progress = given({
      validator: record.optionalText("pullValidator"),
      totalBytes: record.optionalNumber("pullTotal"),
    });
    return {
      state: record.choice("state", softwareStates),
      result: record.choice("result", softwareResults),
      active: record.flag("active"),
      reportsObjects: record.flag("reportsObjects"),
      busy: record.flag("busy"),
      uri: record.text("uri"),
      ...(unit !== undefined && { pull: { unit, ...progress } }),
      ...given({
        bytes: record.optionalNumber("bytes"),
        name: record.optionalText("name"),
        version: record.optionalText("version"),
        userName: record.optionalText("userName"),
        password: record.optionalText("password"),
      }),
    };
  },
};
