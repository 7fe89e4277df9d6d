import { pathToFileURL } from "node:url";

/** Loads a JavaScript file of this machine and gives what it exports. */
export async function loadModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  const exported: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href);
  return exported;
}
