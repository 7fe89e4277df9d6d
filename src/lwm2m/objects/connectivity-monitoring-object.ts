import { integerValue, stringValue, type Value } from "../../formats/values.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import type { Cell, ConnectivityPort } from "../ports/connectivity-port.ts";
import { type ResourceBehaviour, TableObject } from "./table-object.ts";

type Entry = readonly [number, ResourceBehaviour];
type Get<T> = () => T | Promise<T>;

/** The Connectivity Monitoring object (/4): one instance, asked of the network at each Read. */
export class ConnectivityMonitoringObject extends TableObject {
  constructor(definition: ObjectDefinition, port: ConnectivityPort) {
    super(definition);
    const table = [
      whole(0, () => port.bearer()),
      list(1, () => port.availableBearers(), integerValue),
      // Mandatory, so that a wired bearer has to show something.
      whole(2, async () => (await port.signalStrength?.()) ?? 0),
      ...optional(3, port.linkQuality?.bind(port)),
      list(4, () => port.ipAddresses(), stringValue),
      ...optionalList(5, port.routerAddresses?.bind(port)),
      ...optional(6, port.linkUtilization?.bind(port)),
      ...optionalList(7, port.apn?.bind(port)),
      ...cellEntries(port.cell?.bind(port)),
      ...optional(11, port.signalToNoise?.bind(port)),
    ];
    this.setInstance(0, new Map(table.filter(([id]) => definition.resources.has(id))));
  }
}

const cellMembers: readonly (readonly [number, keyof Cell])[] = [
  [8, "cellId"],
  [9, "mobileNetworkCode"],
  [10, "mobileCountryCode"],
  [12, "locationAreaCode"],
  [13, "coverageEnhancement"],
];

function cellEntries(cell: Get<Cell | undefined> | undefined): Entry[] {
  return cell ? cellMembers.map(([id, member]) => whole(id, async () => (await cell())?.[member])) : [];
}

function whole(id: number, get: Get<number | undefined>): Entry {
  const read = async () => {
    const value = await get();
    return value === undefined ? undefined : integerValue(Math.round(value));
  };
  return [id, { read, changesByItself: true }];
}

function optional(id: number, get: Get<number | undefined> | undefined): Entry[] {
  return get ? [whole(id, get)] : [];
}

function list<T>(id: number, get: Get<readonly T[]>, of: (item: T) => Value): Entry {
  const read = async () => new Map((await get()).map((item, i) => [i, of(item)]));
  return [id, { read, changesByItself: true }];
}

function optionalList(id: number, get: Get<readonly string[]> | undefined): Entry[] {
  return get ? [list(id, get, stringValue)] : [];
}
