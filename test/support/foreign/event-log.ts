import { deadline } from "./deadline.ts";

/**
 * Events as they come, and tests that wait for one: by condition, never by time. An event is handed out once, the
 * oldest that fits first; one that came before anyone asked is kept.
 */
export class EventLog<Event> {
  private readonly kept: Event[] = [];
  private readonly waiting = new Set<(event: Event) => boolean>();
  private ended: Error | undefined;
  private readonly onEnd = new Set<(reason: Error) => void>();

  push(event: Event): void {
    for (const take of this.waiting) if (take(event)) return;
    this.kept.push(event);
  }

  /** Nothing more comes: whoever waits, now or later, is told why. */
  end(reason: Error): void {
    this.ended ??= reason;
    for (const tell of this.onEnd) tell(reason);
  }

  /** The oldest event for which `fits` narrows or holds; `what` names it in the error when none comes in time. */
  async waitFor<Wanted extends Event>(
    fits: ((event: Event) => event is Wanted) | ((event: Event) => boolean),
    what: string,
    seconds = 30,
  ): Promise<Wanted> {
    const at = this.kept.findIndex(fits);
    if (at >= 0) return this.kept.splice(at, 1)[0] as Wanted;
    if (this.ended) throw new Error(`no ${what}: ${this.ended.message}`);
    const forget: (() => void)[] = [];
    const coming = new Promise<Event>((resolve, reject) => {
      const take = (event: Event): boolean => {
        if (!fits(event)) return false;
        resolve(event);
        return true;
      };
      const tell = (reason: Error): void => reject(new Error(`no ${what}: ${reason.message}`));
      this.waiting.add(take);
      this.onEnd.add(tell);
      forget.push(() => this.waiting.delete(take) && this.onEnd.delete(tell));
    });
    try {
      return (await deadline(
        coming,
        seconds,
        () => `no ${what}; unread so far: ${JSON.stringify(this.kept).slice(-2000)}`,
      )) as Wanted;
    } finally {
      for (const one of forget) one();
    }
  }

  /** Events that nobody has taken so far, oldest first. */
  unread(): readonly Event[] {
    return this.kept;
  }
}
