import { decodeTlv, encodeTlv } from "../../formats/tlv.ts";
import { typesOfObject } from "../data-model/write-set.ts";
import { contentRecords } from "./bootstrap-read.ts";
import type { ConfigurableObject } from "./configurable-object.ts";
import type { ObjectContent } from "./configuration.ts";
import { collectInstances } from "./instance-content.ts";

/** One object's content as TLV, for storage. Keys are in it in the clear; an instance without any resource is not. */
export function encodeObjectContent(objectId: number, content: ObjectContent): Uint8Array {
  return encodeTlv([objectId], contentRecords(objectId, content));
}

/** Throws DecodeError, ValueError or OperationError when the bytes do not fit the object's definition. */
export function decodeObjectContent(object: ConfigurableObject, bytes: Uint8Array): ObjectContent {
  const path = [object.definition.id];
  return collectInstances(object, path, decodeTlv(bytes, path, typesOfObject(object.definition)));
}
