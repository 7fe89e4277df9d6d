import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { objectTypes } from "../../agent/custom-objects/code/object-types.ts";
import { parseObjectXml } from "../../lwm2m/model/object-xml.ts";
import { CodedError } from "../../util/coded-error.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";

interface TypesOptions {
  file: string;
}

/** Prints the TypeScript that `defineObject` wants for the objects of one definition file. */
export const objectTypesCommand: Command<TypesOptions> = {
  options: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "An object definition (OMA XML)" })
      .example("$0 object types 3303-1_1.xml > temperature.ts", "then defineObject(temperature, ...)"),

  run: async ({ file }, output) => {
    const source = objectTypes(parseObjectXml(readText(file), file), basename(file));
    output.result({ source }, () => source.trimEnd());
    return ExitCode.done;
  },
};

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new CodedError("BAD_OBJECT_XML", `object definition ${file}: it cannot be read`, { cause });
  }
}
