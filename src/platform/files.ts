import { readdir, readFile } from "node:fs/promises";
import type { FileReader } from "../credentials/ports/file-reader.ts";

/** Files of this machine; relative paths start at the working folder. */
export const machineFiles: FileReader = { read: async (path) => new Uint8Array(await readFile(path)) };

/** Folders too. */
export const machineFolders = { ...machineFiles, names: (folder: string): Promise<string[]> => readdir(folder) };
