import { describeError } from "../../../util/coded-error.ts";
import { CustomObjectsError } from "../custom-objects-error.ts";
import { defineObject, type ObjectModule } from "./define-object.ts";
import { DefinedObject } from "./defined-object.ts";

/** Loads a JavaScript file and gives what it exports. */
export type ModuleLoader = (file: string) => Promise<Readonly<Record<string, unknown>>>;

/**
 * The objects of files with code. Each exports by default what `defineObject` gives, a list of it, or a function that gets
 * `{ defineObject }` and gives one of these, for a file that cannot import this package. Rejects with CustomObjectsError.
 */
export async function loadModules(files: readonly string[], load: ModuleLoader): Promise<DefinedObject[]> {
  const loaded = await Promise.all(files.map(async (file, i) => objectsOf(file, `objects.modules.${i}`, load)));
  return loaded.flat();
}

async function objectsOf(file: string, key: string, load: ModuleLoader): Promise<DefinedObject[]> {
  try {
    const { default: exported } = await load(file);
    const made: unknown = typeof exported === "function" ? await exported({ defineObject }) : exported;
    return (Array.isArray(made) ? made : [made]).map((one) => new DefinedObject(checked(one)));
  } catch (cause) {
    throw new CustomObjectsError([`${key}: ${file}: ${describeError(cause)}`], { cause });
  }
}

function checked(made: unknown): ObjectModule {
  if (isObjectModule(made)) return made;
  throw new TypeError("its default export has to be what defineObject gives");
}

function isObjectModule(made: unknown): made is ObjectModule {
  return typeof made === "object" && made !== null && "kind" in made && made.kind === "lwm2m-safe object";
}
