import type { FileReader } from "../credentials/ports/file-reader.ts";
import { DataModel } from "../lwm2m/data-model/data-model.ts";
import { ObjectRegistry } from "../lwm2m/model/object-registry.ts";
import { parseObjectXml } from "../lwm2m/model/object-xml.ts";
import { DeviceObject } from "../lwm2m/objects/device-object.ts";
import { SecurityObject } from "../lwm2m/objects/security-object.ts";
import type { ServerInstance } from "../lwm2m/objects/server-instance.ts";
import { ServerObject } from "../lwm2m/objects/server-object.ts";
import type { DevicePort } from "../lwm2m/ports/device-port.ts";
import { decodeUtf8 } from "../util/bytes.ts";
import type { Timers } from "../util/time.ts";

/** The definitions that belong to LwM2M 1.1, the version that we announce. */
const definitionFiles = ["0-1_1.xml", "1-1_1.xml", "3-1_1.xml"];

/** Object definitions of the package's own `objects/` folder. Rejects with ObjectXmlError or the file system's error. */
export async function loadDefinitions(files: FileReader, folder: string): Promise<ObjectRegistry> {
  const texts = await Promise.all(definitionFiles.map((name) => files.read(`${folder}/${name}`)));
  const definitions = texts.flatMap((text, i) => {
    const name = definitionFiles[i] ?? "";
    return parseObjectXml(decodeUtf8(text, name), name);
  });
  return new ObjectRegistry(definitions);
}

/** What servers find on this device: Server, Device, and Security, which they cannot look into. */
export function createDataModel(
  server: ServerInstance,
  device: DevicePort,
  definitions: ObjectRegistry,
  timers: Timers,
): DataModel {
  return new DataModel([
    new SecurityObject(definitions.get(0), [0]),
    new ServerObject(definitions.get(1), [server]),
    new DeviceObject(definitions.get(3), device, timers, server.settings.binding),
  ]);
}
