import type { FileReader } from "../../credentials/ports/file-reader.ts";
import { ObjectRegistry } from "../../lwm2m/model/object-registry.ts";
import { parseObjectXml } from "../../lwm2m/model/object-xml.ts";
import { decodeUtf8 } from "../../util/bytes.ts";
import { describeError } from "../../util/coded-error.ts";
import { CustomObjectsError } from "./custom-objects-error.ts";

export interface FolderReader extends FileReader {
  /** Names of the files in a folder. */
  names(folder: string): Promise<readonly string[]>;
}

/**
 * The definitions of objects `ids`: of the package's own folder, and of the configured one, whose versions win. Files of
 * other objects are not even parsed there where their name tells the object. Rejects with CustomObjectsError.
 */
export async function customDefinitions(
  ids: ReadonlySet<number>,
  ownFolder: string,
  configured: string | undefined,
  files: FolderReader,
): Promise<ObjectRegistry> {
  const registry = new ObjectRegistry();
  const own = (await files.names(ownFolder)).filter((name) => ids.has(Number(name.split("-")[0])));
  await addFiles(registry, ownFolder, own, files);
  if (configured === undefined) return registry;
  try {
    const names = (await files.names(configured)).filter((name) => /\.xml$/i.test(name));
    await addFiles(registry, configured, names, files);
  } catch (cause) {
    throw new CustomObjectsError([`objects.folder: ${describeError(cause)}`], { cause });
  }
  return registry;
}

async function addFiles(registry: ObjectRegistry, folder: string, names: readonly string[], files: FileReader) {
  for (const name of names) {
    const path = `${folder}/${name}`;
    for (const definition of parseObjectXml(decodeUtf8(await files.read(path), name), path)) registry.add(definition);
  }
}
