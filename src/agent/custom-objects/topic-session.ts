import { CodedError, describeError } from "../../util/coded-error.ts";
import type { LineConnection, LineSession } from "../../util/line-connection.ts";
import type { TopicSubscriber, TopicTable } from "./topic-table.ts";

/** Writes and executes that one program may have in hand at a time. */
const maxPending = 32;

interface Pending {
  resolve(): void;
  reject(error: Error): void;
}

/**
 * One program at the topic socket (docs/objects.md). It says `publish TOPIC VALUE` and `subscribe TOPIC`, each answered `ok`
 * or `error CODE TEXT`; it gets `write ID TOPIC VALUE` and `execute ID TOPIC ARGUMENTS` and answers `done ID` or
 * `failed ID REASON`. Line ends and backslashes in a value are escaped.
 */
export class TopicSession implements LineSession, TopicSubscriber {
  readonly #connection: LineConnection;
  readonly #topics: TopicTable;
  readonly #pending = new Map<string, Pending>();
  #lastId = 0;

  constructor(connection: LineConnection, topics: TopicTable) {
    this.#connection = connection;
    this.#topics = topics;
  }

  line(text: string): void {
    const [, verb = "", name = "", rest = ""] = /^(\S*)(?: (\S+)(?: (.*))?)?$/s.exec(text) ?? [];
    const action = this.#actions.get(verb);
    if (!action || name === "") {
      this.#refuse("BAD_LINE", "publish TOPIC VALUE, subscribe TOPIC, done ID or failed ID REASON expected");
      return;
    }
    try {
      action(name, rest);
    } catch (error) {
      this.#refuse(error instanceof CodedError ? error.code : "UNEXPECTED", describeError(error));
    }
  }

  malformed(problem: string): void {
    this.#refuse("BAD_LINE", problem);
  }

  /** A subscriber stays connected both ways: whoever has said its last line wants nothing more. */
  inputEnded(): void {
    this.#connection.end();
  }

  tooSlow(): string {
    return "error TOO_SLOW lines are not read fast enough";
  }

  closed(): void {
    this.#topics.unsubscribeAll(this);
    for (const { reject } of this.#pending.values()) reject(new CodedError("TOPIC_GONE", "its subscriber is gone"));
    this.#pending.clear();
  }

  write(topic: string, text: string): Promise<void> {
    return this.#ask("write", topic, escapeLine(text));
  }

  execute(topic: string, args: string): Promise<void> {
    return this.#ask("execute", topic, escapeLine(args));
  }

  readonly #actions: ReadonlyMap<string, (name: string, rest: string) => void> = new Map([
    ["publish", (topic: string, text: string) => this.#publish(topic, text)],
    ["subscribe", (topic: string) => this.#subscribe(topic)],
    ["done", (id: string) => this.#take(id).resolve()],
    ["failed", (id: string, reason: string) => this.#take(id).reject(refusal(reason))],
  ]);

  #publish(topic: string, text: string): void {
    this.#topics.publish(topic, unescapeLine(text));
    this.#connection.send("ok");
  }

  #subscribe(topic: string): void {
    this.#topics.subscribe(topic, this);
    this.#connection.send("ok");
  }

  #ask(what: string, topic: string, text: string): Promise<void> {
    if (this.#pending.size >= maxPending) throw new CodedError("TOPIC_BUSY", `${maxPending} requests are unanswered`);
    const id = String(++this.#lastId);
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#connection.send(`${what} ${id} ${topic} ${text}`);
    });
  }

  #take(id: string): Pending {
    const pending = this.#pending.get(id);
    if (!pending) throw new CodedError("BAD_ID", "no write or execute of that id waits for an answer");
    this.#pending.delete(id);
    return pending;
  }

  #refuse(code: string, text: string): void {
    this.#connection.send(`error ${code} ${escapeLine(text)}`);
  }
}

function refusal(reason: string): CodedError {
  return new CodedError("TOPIC_FAILED", `its subscriber says: ${reason}`);
}

function escapeLine(text: string): string {
  return text.replace(/[\\\n\r]/g, (character) => (character === "\n" ? "\\n" : character === "\r" ? "\\r" : "\\\\"));
}

/** Throws CodedError "BAD_LINE" for an escape that is none. */
function unescapeLine(text: string): string {
  return text.replace(/\\(.?)/gs, (_, character: string) => {
    if (character === "n") return "\n";
    if (character === "r") return "\r";
    if (character === "\\") return "\\";
    throw new CodedError("BAD_LINE", "after a backslash n, r or a backslash expected");
  });
}
