import type { RecordCodec } from "../../util/stored-record.ts";
import { FlatRecord, given } from "../package-delivery/flat-record.ts";
import type { PullProgress } from "../package-delivery/package-pull.ts";
import { type UpdateState, updateStates } from "./update-machine.ts";
import { type UpdateResult, updateResults } from "./update-result.ts";

/** What of a firmware update survives a restart. */
export interface UpdateRecord {
  readonly state: UpdateState;
  readonly result: UpdateResult;
  /** Package URI as the server wrote it; empty when the package is pushed. */
  readonly uri: string;
  readonly pull?: PullProgress;
  /** Of the package in the spool, once it is whole. */
  readonly bytes?: number;
  readonly packageName?: string;
  readonly packageVersion?: string;
  /** What the device ran when the installation began. */
  readonly versionBefore?: string;
  /** Seconds since 1970 UTC. */
  readonly changedAt: number;
  /** 0 critical, 1 mandatory, 2 optional. */
  readonly severity: number;
  /** Seconds. */
  readonly maximumDefer: number;
}

export const freshRecord: UpdateRecord = {
  state: "idle",
  result: "initial",
  uri: "",
  changedAt: 0,
  severity: 1,
  maximumDefer: 0,
};

/** What is left when the package goes. */
export function withoutPackage({ state, result, uri, changedAt, severity, maximumDefer }: UpdateRecord): UpdateRecord {
  return { state, result, uri, changedAt, severity, maximumDefer };
}

const FORMAT = 1;

export const updateRecordCodec: RecordCodec<UpdateRecord> = {
  encode: ({ pull, ...fields }) =>
    FlatRecord.encode(FORMAT, {
      ...fields,
      ...(pull && { pullUnit: pull.unit, pullValidator: pull.validator, pullTotal: pull.totalBytes }),
    }),
  decode: (bytes) => {
    const record = new FlatRecord("firmware update record", FORMAT, bytes);
    const unit = record.optionalNumber("pullUnit");
    const validator = record.optionalText("pullValidator");
    return {
      state: record.choice("state", updateStates),
      result: record.choice("result", updateResults),
      uri: record.text("uri"),
      changedAt: record.number("changedAt"),
      severity: record.number("severity"),
      maximumDefer: record.number("maximumDefer"),
      ...(unit !== undefined && {
        pull: { unit, ...given({ validator, totalBytes: record.optionalNumber("pullTotal") }) },
      }),
      ...given({
        bytes: record.optionalNumber("bytes"),
        packageName: record.optionalText("packageName"),
        packageVersion: record.optionalText("packageVersion"),
        versionBefore: record.optionalText("versionBefore"),
      }),
    };
  },
};
