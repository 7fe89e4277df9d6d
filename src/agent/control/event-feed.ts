import { type AgentEvent, eventLine } from "../agent-event.ts";

/** For those who come too late to see what they wait for. */
const kept = 200;

/** A line of one event, made when somebody wants it. */
export interface EventOnLine {
  readonly type: AgentEvent["type"];
  line(): string;
}

/** The agent's events as lines: to whoever follows, and the latest ones to whoever asks. */
export class EventFeed {
  readonly #recent: EventOnLine[] = [];
  readonly #followers = new Set<(event: EventOnLine) => void>();

  tell(event: AgentEvent): void {
    let made: string | undefined;
    const onLine: EventOnLine = {
      type: event.type,
      line: () => {
        made ??= eventLine(event).trimEnd();
        return made;
      },
    };
    this.#recent.push(onLine);
    if (this.#recent.length > kept) this.#recent.shift();
    for (const follower of [...this.#followers]) follower(onLine);
  }

  /** Oldest first, the last 200 at most. */
  get recent(): readonly EventOnLine[] {
    return this.#recent;
  }

  /** Returns how to stop. */
  follow(follower: (event: EventOnLine) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}
