import { type AgentEvent, eventLine } from "../agent-event.ts";

/** For those who come too late to see what they wait for. */
const kept = 200;

/** The agent's events as lines: to whoever follows, and the latest ones to whoever asks. */
export class EventFeed {
  readonly #recent: { readonly type: string; readonly line: string }[] = [];
  readonly #followers = new Set<(type: string, line: string) => void>();

  tell(event: AgentEvent): void {
    const { type } = event;
    const line = eventLine(event).trimEnd();
    this.#recent.push({ type, line });
    if (this.#recent.length > kept) this.#recent.shift();
    for (const follower of [...this.#followers]) follower(type, line);
  }

  /** Oldest first, the last 200 at most. */
  get recent(): readonly { readonly type: string; readonly line: string }[] {
    return this.#recent;
  }

  /** Returns how to stop. */
  follow(follower: (type: string, line: string) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}
