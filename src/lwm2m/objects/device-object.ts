import { Code } from "../../coap/message.ts";
import { integerValue, stringValue, timeValue, type Value } from "../../formats/values.ts";
import type { Timers } from "../../util/time.ts";
import { isMultiple, type ResourceValue } from "../data-model/object.ts";
import { badRequest, OperationError } from "../data-model/operation-error.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import type { DevicePort, PowerSource } from "../ports/device-port.ts";
import { type ResourceBehaviour, TableObject } from "./table-object.ts";

/** Lets the answer to Reboot and Factory Reset reach the server before the device goes down. */
const HOOK_DELAY_MS = 1000;

/** The Device object (/3): one instance with what the port offers. `binding` is for Supported Binding and Modes. */
export class DeviceObject extends TableObject {
  constructor(definition: ObjectDefinition, port: DevicePort, timers: Timers, binding = "U") {
    super(definition);
    const table = [
      ...texts(port),
      ...measurements(port),
      ...errorCodes(port, () => this.announce({ instance: 0, resource: 11 })),
      ...time(port),
      ...hooks(port, timers),
      [16, { read: () => stringValue(binding) }] as const,
    ];
    this.setInstance(0, new Map(table.filter(([id]) => definition.resources.has(id))));
    port.onChange?.((resource) => this.announce({ instance: 0, resource }));
  }
}

type Entry = readonly [number, ResourceBehaviour];

function texts(port: DevicePort): Entry[] {
  const sources: [number, () => string | undefined][] = [
    [0, () => port.manufacturer],
    [1, () => port.modelNumber],
    [2, () => port.serialNumber],
    [3, () => port.firmwareVersion],
    [17, () => port.deviceType],
    [18, () => port.hardwareVersion],
    [19, () => port.softwareVersion],
  ];
  // Looked up at each Read: an update changes versions while we run.
  const readOf = (get: () => string | undefined) => () => {
    const text = get();
    return text === undefined ? undefined : stringValue(text);
  };
  return sources.flatMap(([id, get]) => (get() === undefined ? [] : [[id, { read: readOf(get) }] as const]));
}

function measurements(port: DevicePort): Entry[] {
  const { memoryFree, memoryTotal, batteryLevel, powerSources } = port;
  return [
    ...whole(9, batteryLevel && (() => batteryLevel.call(port))),
    ...whole(10, memoryFree && (() => memoryFree.call(port))),
    ...whole(21, memoryTotal && (() => memoryTotal.call(port))),
    ...(powerSources ? powerResources(() => powerSources.call(port)) : []),
  ];
}

function whole(id: number, get: (() => number | undefined | Promise<number | undefined>) | undefined): Entry[] {
  if (!get) return [];
  const read = async () => {
    const number = await get();
    return number === undefined ? undefined : integerValue(Math.trunc(number));
  };
  return [[id, { read, changesByItself: true }]];
}

function powerResources(get: () => readonly PowerSource[] | Promise<readonly PowerSource[]>): Entry[] {
  const each = (pick: (source: PowerSource) => number | undefined) => ({
    read: async () => numbered((await get()).map(pick)),
    changesByItself: true,
  });
  return [
    [6, each(({ kind }) => kind)],
    [7, each(({ millivolts }) => millivolts)],
    [8, each(({ milliamperes }) => milliamperes)],
  ];
}

/** Instance ids are places in the list, so that voltage and current keep the id of their source. */
function numbered(numbers: readonly (number | undefined)[]): ReadonlyMap<number, Value> {
  return new Map(numbers.flatMap((number, id) => (number === undefined ? [] : [[id, integerValue(number)] as const])));
}

function errorCodes(port: DevicePort, changed: () => void): Entry[] {
  const read = () => {
    const codes = port.errorCodes?.() ?? [];
    return numbered(codes.length > 0 ? codes : [0]);
  };
  const execute = () => {
    port.resetErrorCodes?.();
    changed();
  };
  return port.resetErrorCodes
    ? [
        [11, { read }],
        [12, { execute }],
      ]
    : [[11, { read }]];
}

function time(port: DevicePort): Entry[] {
  const { setCurrentTime } = port;
  return [
    [13, { read: () => timeValue(Math.trunc(port.currentTime())), ...(setCurrentTime && { write: clockWrite(port) }) }],
    ...text(14, port.utcOffset?.bind(port), port.setUtcOffset?.bind(port)),
    ...text(15, port.timezone?.bind(port), port.setTimezone?.bind(port)),
  ];
}

function clockWrite(port: DevicePort): (value: ResourceValue) => () => void {
  return (value) => {
    if (isMultiple(value) || value.type !== "time") throw badRequest("time expected");
    const seconds = Number(value.value);
    return () => port.setCurrentTime?.(seconds);
  };
}

function text(id: number, get: (() => string) | undefined, set: ((text: string) => void) | undefined): Entry[] {
  if (!get) return [];
  const write = (value: ResourceValue) => {
    if (isMultiple(value) || value.type !== "string") throw badRequest("text expected");
    const { value: content } = value;
    return () => set?.(content);
  };
  return [[id, { read: () => stringValue(get()), ...(set && { write }) }]];
}

function hooks(port: DevicePort, timers: Timers): Entry[] {
  const { reboot, factoryReset } = port;
  const later = (hook: () => void) => () => {
    timers.schedule(HOOK_DELAY_MS, () => hook.call(port));
  };
  const absent = () => {
    throw new OperationError(Code.NotImplemented, "no reboot hook is configured");
  };
  return [
    [4, { execute: reboot ? later(reboot) : absent }],
    ...(factoryReset ? [[5, { execute: later(factoryReset) }] as const] : []),
  ];
}
