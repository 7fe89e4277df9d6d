import type { Value } from "../../formats/values.ts";
import type { ExecuteArguments } from "../../lwm2m/data-model/execute-arguments.ts";
import type { CommandPort } from "../../lwm2m/ports/command-port.ts";
import { decodeUtf8 } from "../../util/bytes.ts";
import type { Timers } from "../../util/time.ts";
import type { CommandMapping } from "./objects-config.ts";
import { poll } from "./poll.ts";
import type { ResourceSource } from "./resource-source.ts";
import type { TroubleLog } from "./trouble-log.ts";
import type { ValueText } from "./value-text.ts";

/** A longer value is on standard input alone: environments are small. */
const longestVariable = 4096;

export interface CommandSourceOptions {
  readonly path: string;
  readonly mapping: CommandMapping;
  /** What the definition lets servers do. */
  readonly can: { readonly read: boolean; readonly write: boolean; readonly execute: boolean };
  readonly text: ValueText;
  readonly commands: CommandPort;
  readonly timers: Timers;
  readonly log: TroubleLog;
}

/**
 * A value that a program tells and takes. LWM2M_OPERATION (read, write, execute) and LWM2M_PATH say what is wanted; a value
 * comes on standard input and in LWM2M_VALUE, arguments of Execute in LWM2M_ARGUMENT_0 to _9.
 */
export class CommandSource implements ResourceSource {
  readonly #options: CommandSourceOptions;
  readonly read?: () => Promise<Value | undefined>;
  readonly write?: (value: Value) => Promise<void>;
  readonly execute?: (args: ExecuteArguments) => Promise<void>;
  readonly watch?: NonNullable<ResourceSource["watch"]>;
  #reading: Promise<Value | undefined> | undefined;
  /** With a poll interval servers get what the last run told: their Reads start no program. */
  #polled: Promise<Value | undefined> | undefined;

  constructor(options: CommandSourceOptions) {
    this.#options = options;
    const { mapping, timers } = options;
    const [read, write, execute] = (["read", "write", "execute"] as const).map((name) => commandFor(options, name));
    if (read) this.read = () => this.#polled ?? this.#readOnce(read);
    if (write) this.write = (value) => this.#write(write, value);
    if (execute) this.execute = async (args) => void (await this.#run(execute, "execute", argumentVariables(args)));
    const { poll: seconds } = mapping;
    if (!read || seconds === undefined) return;
    const look = (): Promise<Value | undefined> => {
      const value = this.#readOnce(read);
      // The first look is waited for by who reads; later ones replace the value when they have one.
      this.#polled ??= value;
      return value.then((told) => {
        this.#polled = Promise.resolve(told);
        return told;
      });
    };
    this.watch = (changed) => poll(look, seconds * 1000, timers, changed);
  }

  /** Those who ask while it runs get the same answer. */
  #readOnce(command: readonly string[]): Promise<Value | undefined> {
    this.#reading ??= this.#readNow(command).finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readNow(command: readonly string[]): Promise<Value | undefined> {
    const { text, log } = this.#options;
    try {
      const value = text.parse(await this.#run(command, "read", {}));
      log.over();
      return value;
    } catch (error) {
      log.trouble(error);
      return undefined;
    }
  }

  async #write(command: readonly string[], value: Value): Promise<void> {
    const input = this.#options.text.format(value);
    await this.#run(command, "write", valueVariable(value, input), input);
    this.#polled = undefined;
  }

  #run(command: readonly string[], operation: string, variables: Record<string, string>, input?: Uint8Array) {
    const { path, commands, mapping } = this.#options;
    const environment = { LWM2M_OPERATION: operation, LWM2M_PATH: path, ...variables };
    return commands.run({ command, environment, timeoutMs: mapping.timeout * 1000, ...(input && { input }) });
  }
}

/** One program for all that the resource can do, or one for each operation. */
function commandFor(
  options: CommandSourceOptions,
  operation: "read" | "write" | "execute",
): readonly string[] | undefined {
  const { command } = options.mapping;
  if (isList(command)) return options.can[operation] ? command : undefined;
  return command[operation];
}

function isList(command: CommandMapping["command"]): command is readonly string[] {
  return Array.isArray(command);
}

/** A variable cannot hold NUL, and an opaque value is no text. */
function valueVariable(value: Value, input: Uint8Array): Record<string, string> {
  const isText = value.type !== "opaque" && input.length <= longestVariable && !input.includes(0);
  return isText ? { LWM2M_VALUE: decodeUtf8(input, "value") } : {};
}

function argumentVariables(args: ExecuteArguments): Record<string, string> {
  return Object.fromEntries(
    [...args].filter(([, value]) => !value.includes("\0")).map(([digit, value]) => [`LWM2M_ARGUMENT_${digit}`, value]),
  );
}
