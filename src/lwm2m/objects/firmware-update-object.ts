import { integerValue, stringValue, timeValue, unsignedValue, type Value } from "../../formats/values.ts";
import type { ValueStream } from "../data-model/object.ts";
import { badRequest } from "../data-model/operation-error.ts";
import type { FirmwareUpdate } from "../firmware-update/firmware-update.ts";
import { updateStates } from "../firmware-update/update-machine.ts";
import type { UpdateRecord } from "../firmware-update/update-record.ts";
import { resultNumber } from "../firmware-update/update-result.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import { PULL_AND_PUSH, PUSH_ONLY, protocolSupport } from "./delivery-protocols.ts";
import { singleValue } from "./single-value.ts";
import { type ResourceBehaviour, TableObject } from "./table-object.ts";

/** The Firmware Update object (/5) in any of its versions: what the definition has of 0 to 13. */
export class FirmwareUpdateObject extends TableObject {
  readonly #update: FirmwareUpdate;

  constructor(definition: ObjectDefinition, update: FirmwareUpdate) {
    super(definition);
    this.#update = update;
    const resources = [...packageResources(update), ...stateResources(update), ...policyResources(update)];
    this.setInstance(0, new Map(resources.filter(([id]) => definition.resources.has(id))));
    let shown = update.record;
    update.onChange(() => {
      const before = shown;
      shown = update.record;
      for (const [id, member] of shownMembers) {
        if (before[member] !== shown[member]) this.announce({ instance: 0, resource: id });
      }
    });
  }

  openWrite(_instance: number, resource: number, announced: number | undefined): ValueStream | undefined {
    return resource === 0 ? this.#update.openPackage(announced) : undefined;
  }
}

type Entry = readonly [number, ResourceBehaviour];

const shownMembers: readonly (readonly [number, keyof UpdateRecord])[] = [
  [1, "uri"],
  [12, "changedAt"],
  [3, "state"],
  [5, "result"],
  [6, "packageName"],
  [7, "packageVersion"],
  [11, "severity"],
  [13, "maximumDefer"],
];

function packageResources(update: FirmwareUpdate): Entry[] {
  return [
    [0, { write: (value) => update.preparePackage(singleValue(value, "opaque").value) }],
    [
      1,
      {
        read: () => stringValue(update.record.uri),
        write: (value) => update.prepareUri(singleValue(value, "string").value),
      },
    ],
    [2, { execute: () => update.install() }],
    [8, { read: () => protocolSupport(update.schemes) }],
    [9, { read: () => integerValue(update.schemes.length > 0 ? PULL_AND_PUSH : PUSH_ONLY) }],
    [10, { execute: () => update.cancel() }],
  ];
}

function stateResources(update: FirmwareUpdate): Entry[] {
  const text = (value: string | undefined): Value | undefined => (value === undefined ? undefined : stringValue(value));
  return [
    [3, { read: () => integerValue(updateStates.indexOf(update.record.state)) }],
    [5, { read: () => integerValue(resultNumber(update.record.result)) }],
    [6, { read: () => text(update.record.packageName) }],
    [7, { read: () => text(update.record.packageVersion) }],
    [12, { read: () => timeValue(update.record.changedAt) }],
  ];
}

function policyResources(update: FirmwareUpdate): Entry[] {
  return [
    [
      11,
      {
        read: () => integerValue(update.record.severity),
        write: (value) => setter(singleValue(value, "integer").value, (severity) => update.setSeverity(severity)),
      },
    ],
    [
      13,
      {
        read: () => unsignedValue(update.record.maximumDefer),
        write: (value) => setter(singleValue(value, "unsigned").value, (seconds) => update.setMaximumDefer(seconds)),
      },
    ],
  ];
}

function setter(value: bigint, set: (value: number) => void): () => void {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw badRequest(`${value} is out of range`);
  return () => set(number);
}
