import assert from "node:assert/strict";
import { mappedObjects } from "../../../src/agent/custom-objects/mapped-objects.ts";
import { objectsSection } from "../../../src/agent/custom-objects/objects-config.ts";
import { TopicTable } from "../../../src/agent/custom-objects/topic-table.ts";
import { ObjectRegistry } from "../../../src/lwm2m/model/object-registry.ts";
import { parseObjectXml } from "../../../src/lwm2m/model/object-xml.ts";
import type { CommandRun } from "../../../src/lwm2m/ports/command-port.ts";
import { decodeUtf8, encodeUtf8 } from "../../../src/util/bytes.ts";
import { CodedError } from "../../../src/util/coded-error.ts";
import type { LogFields } from "../../../src/util/log.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { BenchDevice } from "../../lwm2m/bench-device.ts";
import { registry } from "../../lwm2m/objects-folder.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

/** A resource of each kind that a mapping can meet. */
export const gadget = parseObjectXml(
  `<LWM2M><Object><Name>Gadget</Name><ObjectID>32770</ObjectID><ObjectVersion>1.0</ObjectVersion>
  <MultipleInstances>Multiple</MultipleInstances><Mandatory>Optional</Mandatory><Resources>
  ${item(0, "Level", "RW", "Single", "Optional", "Integer")}${item(1, "Note", "RW", "Single", "Optional", "String")}
  ${item(2, "Press", "E", "Single", "Optional", "")}${item(3, "Parts", "RW", "Multiple", "Optional", "String")}
  ${item(4, "Image", "RW", "Single", "Optional", "Opaque")}${item(5, "Lit", "RW", "Single", "Optional", "Boolean")}
  ${item(6, "Order", "W", "Single", "Optional", "String")}${item(7, "Ratio", "R", "Single", "Optional", "Float")}
  </Resources></Object></LWM2M>`,
  "gadget.xml",
);

function item(id: number, name: string, operations: string, multiple: string, mandatory: string, type: string): string {
  return `<Item ID="${id}"><Name>${name}</Name><Operations>${operations}</Operations>
    <MultipleInstances>${multiple}</MultipleInstances><Mandatory>${mandatory}</Mandatory><Type>${type}</Type>
    <RangeEnumeration></RangeEnumeration><Units></Units><Description></Description></Item>`;
}

/** A device with mapped objects over files and commands that live in memory, in virtual time. */
export class ObjectsBench {
  readonly time = new VirtualTime();
  readonly device = new BenchDevice();
  readonly topics = new TopicTable(this.time);
  readonly files = new Map<string, string>();
  readonly runs: CommandRun[] = [];
  readonly warnings: LogFields[] = [];
  answer: (run: CommandRun) => string;

  constructor(objects: unknown, answer: (run: CommandRun) => string = () => "") {
    this.answer = answer;
    const config = objectsSection().parse(objects);
    const definitions = new ObjectRegistry([...registry.all(), ...gadget]);
    const mapped = mappedObjects(config, definitions, {
      topics: this.topics,
      timers: this.time,
      logger: { ...silentLogger, warn: (_message, fields = {}) => this.warnings.push(fields) },
      files: {
        read: async (path) => {
          const text = this.files.get(path);
          return text === undefined ? undefined : encodeUtf8(text);
        },
        write: async (path, content) => void this.files.set(path, decodeUtf8(content, path)),
      },
      commands: { run: async (run) => this.#run(run) },
    });
    for (const object of mapped) this.device.model.add(object);
  }

  /** Paths that were announced since the start, in order. */
  changes(): string[] {
    const seen: string[] = [];
    this.device.model.onChange(({ path }) => seen.push(`/${path.join("/")}`));
    return seen;
  }

  #run(run: CommandRun): Uint8Array {
    this.runs.push(run);
    const answer = this.answer(run);
    if (answer === "FAIL") throw new CodedError("COMMAND_FAILED", "command test ended with exit code 1");
    return encodeUtf8(answer);
  }
}

/** The lines of the error that a section of the configuration gets. */
export function problemsOf(objects: unknown): string[] {
  try {
    new ObjectsBench(objects);
  } catch (error) {
    assert.ok(error instanceof CodedError);
    assert.equal(error.code, "BAD_OBJECTS_CONFIG");
    return error.message.split("\n");
  }
  return [];
}
