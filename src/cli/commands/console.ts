import { createInterface } from "node:readline";
import { ControlClient, type SocketOptions, socketOptions, socketPath } from "../control-client.ts";
import { controlText } from "../control-text.ts";
import { ExitCode, exitCodeOf } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import type { Output } from "../output.ts";

interface ConsoleOptions extends SocketOptions {
  command: string[] | undefined;
}

/** Commands for the running agent: those of the command line, or those typed in. */
export const consoleCommand: Command<ConsoleOptions> = {
  options: (yargs) =>
    socketOptions(
      yargs.positional("command", {
        type: "string",
        array: true,
        describe: "One command; without it they are read from stdin",
      }),
    )
      .example("$0 console", "interactive; help lists the commands")
      .example("$0 console read /3/0", "one command"),

  run: async (options, output) => {
    const client = await ControlClient.connect(socketPath(options));
    try {
      const words = options.command ?? [];
      if (words.length === 0) return await converse(client, output);
      await say(client, words.join(" "), output);
      return ExitCode.done;
    } finally {
      client.close();
    }
  },
};

/** A command that fails is shown, and the next one is read; the exit code is that of the last failure. */
async function converse(client: ControlClient, output: Output): Promise<ExitCode> {
  const isTerminal = process.stdin.isTTY === true;
  const input = createInterface({
    input: process.stdin,
    ...(isTerminal && { output: process.stdout, prompt: "lwm2m-safe> " }),
  });
  let code: ExitCode = ExitCode.done;
  if (isTerminal) input.prompt();
  for await (const line of input) {
    if (/^\s*(quit|exit)\s*$/.test(line)) break;
    if (line.trim() !== "") {
      try {
        await say(client, line.trim(), output);
      } catch (error) {
        output.failure(error);
        code = exitCodeOf(error);
      }
    }
    if (isTerminal) input.prompt();
  }
  input.close();
  return code;
}

async function say(client: ControlClient, line: string, output: Output): Promise<void> {
  if (/^events(\s|$)/.test(line)) {
    output.step("use lwm2m-safe events to follow what happens");
    return;
  }
  const result = await client.ask(line);
  output.result(result, () => controlText(line.split(/\s+/)[0] ?? "", result));
}
