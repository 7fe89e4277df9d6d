import type { DataRecord } from "../../formats/data-record.ts";
import { decodeTlv, tlvNamesInstances } from "../../formats/tlv.ts";
import { readTlvEntries, TlvKind } from "../../formats/tlv-entry.ts";
import { DecodeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import { typesOfObject } from "../data-model/write-set.ts";
import { type CardFileObject, parseCardFile } from "./card-file.ts";
import type { ConfigurableObjects } from "./configurable-object.ts";

/**
 * Every value in EF(LwM2M_Bootstrap), always TLV. Objects that we do not have are passed over with a warning. Throws
 * DecodeError or ValueError.
 */
export function readCardRecords(bytes: Uint8Array, objects: ConfigurableObjects, logger: Logger): DataRecord[] {
  return parseCardFile(bytes).flatMap((object) => {
    const definition = objects.get(object.objectId)?.definition;
    if (definition) return decodeTlv(checkedInstances(object), [object.objectId], typesOfObject(definition));
    logger.warn("the card brings an object that this device does not have", { object: object.objectId });
    return [];
  });
}

function checkedInstances({ objectId, instances }: CardFileObject): Uint8Array {
  if (instances.length > 0 && !tlvNamesInstances(instances)) throw misplaced(objectId);
  const entries = readTlvEntries(instances);
  if (entries.some(({ kind }) => kind !== TlvKind.objectInstance)) throw misplaced(objectId);
  const ids = new Set(entries.map(({ id }) => id));
  if (ids.size !== entries.length) throw new DecodeError(`object ${objectId}: an instance is there twice`, 0);
  return instances;
}

function misplaced(objectId: number): DecodeError {
  return new DecodeError(`object ${objectId}: object instances expected`, 0);
}
