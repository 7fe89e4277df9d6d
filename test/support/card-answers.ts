import { fromHex } from "../../src/util/bytes.ts";
import { apduVectors } from "./virtual-sim.ts";

/** The data of a recorded answer, without its status word. */
export function recordedData(list: "realCard" | "hostEmitted" | "computed", set: string, name: string): Uint8Array {
  return fromHex(recorded(list, set, name).slice(0, -4));
}

/** A recorded answer in hexadecimal. Throws when the list has no such entry. */
export function recorded(list: "realCard" | "hostEmitted" | "computed", set: string, name: string): string {
  const found = apduVectors(list).find((vector) => vector.set === set && vector.name === name);
  if (found === undefined) throw new Error(`no vector ${set} ${name}`);
  return found.response;
}
