import { encodeSenmlCbor } from "../../../src/formats/senml-cbor.ts";
import { booleanValue, integerValue, stringValue, type Value } from "../../../src/formats/values.ts";
import type { LeshanNode } from "../../support/foreign/leshan-json.ts";
import { instance, single } from "./nodes.ts";

/** Keys of an account, opaque resources in hex; without them it is in the clear. */
export interface AccountKeys {
  readonly mode: 0 | 2;
  /** Resource 3: identity or certificate. */
  readonly identity: string;
  /** Resource 4: the server's certificate. */
  readonly serverKey?: string;
  /** Resource 5: the key. */
  readonly secret: string;
}

/** A Server instance of configuration C.1. */
export const serverInstance = (lifetime = 86_400): LeshanNode =>
  instance(
    0,
    single(0, "integer", 1),
    single(1, "integer", lifetime),
    single(6, "boolean", false),
    single(7, "string", "U"),
  );

/** Bootstrap-Writes of one account: the Security instance is 1, beside that of the bootstrap server. */
export function accountSteps(uri: string, keys?: AccountKeys): object[] {
  const security = instance(
    1,
    single(0, "string", uri),
    single(1, "boolean", false),
    single(2, "integer", keys?.mode ?? 3),
    single(3, "opaque", keys?.identity ?? ""),
    single(4, "opaque", keys?.serverKey ?? ""),
    single(5, "opaque", keys?.secret ?? ""),
    single(10, "integer", 1),
  );
  return [
    { write: "/0/1", node: security },
    { write: "/1/0", node: serverInstance() },
  ];
}

/** The same account in the clear as a pack (OMA LwM2M Core 1.2 §6.1.7.7). */
export function bootstrapPack(uri: string): Uint8Array {
  const values: readonly (readonly [path: readonly number[], value: Value])[] = [
    [[0, 1, 0], stringValue(uri)],
    [[0, 1, 1], booleanValue(false)],
    [[0, 1, 2], integerValue(3)],
    [[0, 1, 10], integerValue(1)],
    [[1, 0, 0], integerValue(1)],
    [[1, 0, 1], integerValue(86_400)],
    [[1, 0, 6], booleanValue(false)],
    [[1, 0, 7], stringValue("U")],
  ];
  return encodeSenmlCbor(
    [],
    values.map(([path, value]) => ({ path, value })),
  );
}
