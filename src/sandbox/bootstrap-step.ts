import type { CoapRequest } from "../coap/exchange.ts";
import { Method } from "../coap/message.ts";
import { ContentFormat } from "../formats/content-format.ts";
import type { DataRecord } from "../formats/data-record.ts";
import { encodeSenmlCbor } from "../formats/senml-cbor.ts";
import { encodeSenmlJson } from "../formats/senml-json.ts";
import { encodeTlv } from "../formats/tlv.ts";
import { booleanValue, integerValue, opaqueValue, stringValue, type Value } from "../formats/values.ts";
import type { FileObject, FileValue } from "./bootstrap-file.ts";

/** One thing that a bootstrap server does in a session. Paths like "/0/1"; the root is "/". */
export type BootstrapStep =
  | { readonly type: "discover"; readonly path: string }
  | { readonly type: "read"; readonly path: string; readonly accept?: number }
  | { readonly type: "delete"; readonly path: string }
  | { readonly type: "write"; readonly path: string; readonly contentFormat: number; readonly payload: Uint8Array }
  | { readonly type: "finish" }
  /** Milliseconds of silence. */
  | { readonly type: "wait"; readonly milliseconds: number };

const methods = { discover: Method.GET, read: Method.GET, delete: Method.DELETE, write: Method.PUT } as const;

/** The request of a step; undefined for a pause. */
export function stepRequest(step: BootstrapStep): CoapRequest | undefined {
  const empty = { query: [], options: [], payload: new Uint8Array() };
  if (step.type === "wait") return undefined;
  if (step.type === "finish") return { ...empty, method: Method.POST, path: ["bs"] };
  const path = step.path.split("/").filter((segment) => segment !== "");
  const request = { ...empty, method: methods[step.type], path };
  if (step.type === "write") return { ...request, contentFormat: step.contentFormat, payload: step.payload };
  if (step.type === "discover") return { ...request, accept: ContentFormat.linkFormat };
  return step.type === "read" && step.accept !== undefined ? { ...request, accept: step.accept } : request;
}

/** The usual session, as Leshan's: Delete /0 and /1, a Write for each instance, Finish. */
export function provisioningSteps(
  objects: readonly FileObject[],
  contentFormat: number = ContentFormat.senmlCbor,
): BootstrapStep[] {
  const writes = objects.flatMap(({ id, instances }) =>
    Object.entries(instances).map(([instance, resources]): BootstrapStep => {
      const path = [id, Number(instance)];
      const payload = encode(path, records(path, resources), contentFormat);
      return { type: "write", path: `/${path.join("/")}`, contentFormat, payload };
    }),
  );
  return [{ type: "delete", path: "/0" }, { type: "delete", path: "/1" }, ...writes, { type: "finish" }];
}

/** Every value of these objects, for a Bootstrap-Pack. */
export function packPayload(objects: readonly FileObject[]): Uint8Array {
  const all = objects.flatMap(({ id, instances }) =>
    Object.entries(instances).flatMap(([instance, resources]) => records([id, Number(instance)], resources)),
  );
  return encodeSenmlCbor([], all);
}

function encode(path: readonly number[], content: readonly DataRecord[], contentFormat: number): Uint8Array {
  if (contentFormat === ContentFormat.tlv) return encodeTlv(path, content);
  return contentFormat === ContentFormat.senmlJson ? encodeSenmlJson(path, content) : encodeSenmlCbor(path, content);
}

function records(path: readonly number[], resources: FileObject["instances"][number]): DataRecord[] {
  return Object.entries(resources).flatMap(([id, value]): DataRecord[] => {
    const resource = [...path, Number(id)];
    if (!isList(value)) return [{ path: resource, value: typed(value) }];
    return value.map((each, index) => ({ path: [...resource, index], value: typed(each) }));
  });
}

function isList(value: FileValue | readonly FileValue[]): value is readonly FileValue[] {
  return Array.isArray(value);
}

function typed(value: FileValue): Value {
  if (typeof value === "string") return stringValue(value);
  if (typeof value === "boolean") return booleanValue(value);
  return typeof value === "number" ? integerValue(value) : opaqueValue(value);
}
