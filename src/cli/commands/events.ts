import { CodedError } from "../../util/coded-error.ts";
import { ControlClient, type SocketOptions, socketOptions, socketPath } from "../control-client.ts";
import { EventCondition } from "../event-condition.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { stopSignal } from "../stop-signal.ts";

interface EventsOptions extends SocketOptions {
  type: string[] | undefined;
  until: string | undefined;
  recent: boolean;
  timeout: number | undefined;
}

/** Prints what happens in the agent, one JSON object a line (docs/events.md). */
export const events: Command<EventsOptions> = {
  options: (yargs) =>
    socketOptions(yargs)
      .option("type", { type: "string", array: true, requiresArg: true, describe: "These events alone" })
      .option("until", {
        type: "string",
        requiresArg: true,
        describe: "End with the first of this event, for example registered or registered,server=1",
      })
      .option("recent", { type: "boolean", default: false, describe: "Begin with the last 200 that were" })
      .option("timeout", { type: "number", requiresArg: true, describe: "Fail after so many seconds" })
      .example("$0 events --recent --until registered --timeout 60", "wait for the registration"),

  run: async (options) => {
    const until = options.until === undefined ? undefined : new EventCondition(options.until);
    const client = await ControlClient.connect(socketPath(options));
    let ended: "stopped" | "late" | undefined;
    const end = (why: "stopped" | "late"): void => {
      ended = why;
      client.close();
    };
    void stopSignal().then(() => end("stopped"));
    const { timeout } = options;
    const timer = timeout === undefined ? undefined : setTimeout(() => end("late"), timeout * 1000);
    try {
      await client.ask(["events", ...(options.recent ? ["recent"] : []), ...wantedTypes(options, until)].join(" "));
      for (let event = await client.next(); event !== undefined; event = await client.next()) {
        if (event.has("error")) throw new CodedError("TOO_SLOW", "these lines were not read fast enough");
        process.stdout.write(`${JSON.stringify(Object.fromEntries(event))}\n`);
        if (until?.isMet(event)) return ExitCode.done;
      }
    } catch (error) {
      if (ended === undefined) throw error;
    } finally {
      clearTimeout(timer);
      client.close();
    }
    if (ended === "stopped" && !until) return ExitCode.done;
    const why = ended === "late" ? `did not come within ${timeout} s` : "did not come before the end";
    throw new CodedError(
      ended === "late" ? "TIMEOUT" : "AGENT_GONE",
      until ? `the event ${options.until} ${why}` : "the agent is gone",
    );
  },
};

/** What is waited for is printed too. */
function wantedTypes({ type = [] }: EventsOptions, until: EventCondition | undefined): readonly string[] {
  return type.length > 0 && until ? [...type, until.name] : type;
}
