import { CodedError } from "../../util/coded-error.ts";
import type { LineConnection, LineSession } from "../../util/line-connection.ts";
import { jsonLine } from "../agent-event.ts";
import { type ControlTargets, controlCommands } from "./control-commands.ts";
import { ControlWords } from "./control-words.ts";
import type { EventFeed } from "./event-feed.ts";

/** Commands that one client may have waiting. */
const maxWaiting = 64;

/**
 * One client of the control socket (docs/console.md): a command a line, answered in order by `{"result": …}` or
 * `{"error": {"code", "message"}}`. After `events` also `{"event": …}` comes, between the answers.
 */
export class ControlSession implements LineSession {
  readonly #connection: LineConnection;
  readonly #targets: ControlTargets;
  readonly #feed: EventFeed;
  #done: Promise<void> = Promise.resolve();
  #waiting = 0;
  #unfollow: (() => void) | undefined;

  constructor(connection: LineConnection, targets: ControlTargets, feed: EventFeed) {
    this.#connection = connection;
    this.#targets = targets;
    this.#feed = feed;
  }

  line(text: string): void {
    if (text.trim() === "") return;
    if (this.#waiting >= maxWaiting) {
      this.#refuse(new CodedError("BUSY", `${maxWaiting} commands wait already`));
      return;
    }
    this.#waiting++;
    this.#done = this.#done.then(async () => {
      await this.#answer(text.trimStart());
      this.#waiting--;
    });
  }

  malformed(problem: string): void {
    this.#refuse(new CodedError("BAD_COMMAND", problem));
  }

  /** Who follows events has said all and still listens. */
  inputEnded(): void {
    void this.#done.then(() => {
      if (!this.#unfollow) this.#connection.end();
    });
  }

  tooSlow(): string {
    this.#unfollow?.();
    return jsonLine({ error: new CodedError("TOO_SLOW", "lines are not read fast enough: the connection ends here") });
  }

  closed(): void {
    this.#unfollow?.();
  }

  async #answer(text: string): Promise<void> {
    try {
      const [, name = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
      const result = name === "events" ? this.#events(rest) : await this.#run(name, rest);
      this.#connection.send(jsonLine({ result: result ?? null }));
      if (name === "events") this.#replay(rest);
    } catch (error) {
      this.#refuse(error);
    }
  }

  async #run(name: string, rest: string): Promise<unknown> {
    if (name === "help")
      return [...controlCommands.values()].map(({ usage, does }) => ({ usage, does })).concat(eventsHelp);
    const command = controlCommands.get(name);
    if (!command)
      throw new CodedError("BAD_COMMAND", `no command ${JSON.stringify(name.slice(0, 40))}; help lists them`);
    return command.run(new ControlWords(rest, command.usage), this.#targets);
  }

  #events(rest: string): unknown {
    const types = eventTypes(rest);
    this.#unfollow?.();
    this.#unfollow = this.#feed.follow((type, line) => {
      if (types.size === 0 || types.has(type)) this.#connection.send(line);
    });
    return { following: types.size === 0 ? "all" : [...types] };
  }

  #replay(rest: string): void {
    const types = eventTypes(rest);
    if (!rest.split(/\s+/).includes(recent)) return;
    for (const { type, line } of this.#feed.recent)
      if (types.size === 0 || types.has(type)) this.#connection.send(line);
  }

  #refuse(error: unknown): void {
    this.#connection.send(jsonLine({ error: error instanceof Error ? error : new Error(String(error)) }));
  }
}

const recent = "recent";
const eventsHelp = {
  usage: "events [recent] [TYPE...]",
  does: "follow what happens, these types alone; recent: the last 200 first",
};

function eventTypes(rest: string): ReadonlySet<string> {
  return new Set(rest.split(/\s+/).filter((word) => word !== "" && word !== recent));
}
