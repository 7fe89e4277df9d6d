import type { Settings } from "./settings.ts";
import type { SignatureComputation } from "./signature-computation.ts";
import { Refusal, StatusWord } from "./status-word.ts";

/** What a session is for. Numbers of different purposes don't clash, but all sessions are counted together. */
export type SessionPurpose = "sign" | "verify";

interface Session {
  readonly purpose: SessionPurpose;
  readonly number: number;
  readonly channel: number;
  readonly computation: SignatureComputation;
  finished: boolean;
}

/** The sessions between an INIT and its close. They live as long as the card has power, or less, by the settings. */
export class SessionTable {
  readonly #rules: Settings["sessions"];
  #sessions: Session[] = [];

  constructor(rules: Settings["sessions"]) {
    this.#rules = rules;
  }

  open(purpose: SessionPurpose, number: number, channel: number, computation: SignatureComputation): void {
    this.#requireNumber(number);
    if (this.#rules.endWithLastBlock) this.#keep((session) => !session.finished);
    const inScope = this.#sessions.filter((session) => this.#sees(session, channel));
    const taken = inScope.some((session) => session.purpose === purpose && session.number === number);
    if (taken || inScope.length >= this.#rules.count) throw new Refusal(Number.parseInt(this.#rules.refusal, 16));
    this.#sessions.push({ purpose, number, channel, computation, finished: false });
  }

  /** The running computation of a session; 6985 when it isn't open or has had its last block. */
  running(purpose: SessionPurpose, number: number, channel: number): SignatureComputation {
    const session = this.#find(purpose, number, channel);
    if (session === undefined || session.finished) throw new Refusal(StatusWord.conditionsNotMet);
    return session.computation;
  }

  finish(purpose: SessionPurpose, number: number, channel: number): void {
    const session = this.#find(purpose, number, channel);
    if (session !== undefined) session.finished = true;
  }

  close(purpose: SessionPurpose, number: number, channel: number): void {
    this.#requireNumber(number);
    const session = this.#find(purpose, number, channel);
    if (session === undefined && this.#rules.closingUnopened === "6985") throw new Refusal(StatusWord.conditionsNotMet);
    this.#keep((other) => other !== session);
  }

  /** The channel was closed, or the applet was selected on it again. */
  endSelection(channel: number): void {
    if (this.#rules.endWithSelection) this.#keep((session) => session.channel !== channel);
  }

  /** The card lost its power or was reset. */
  clear(): void {
    this.#sessions = [];
  }

  /** Whether an unfinished session uses the key. */
  holds(key: SignatureComputation["key"]): boolean {
    return this.#sessions.some(({ computation, finished }) => !finished && computation.key === key);
  }

  #find(purpose: SessionPurpose, number: number, channel: number): Session | undefined {
    return this.#sessions.find(
      (session) => session.purpose === purpose && session.number === number && this.#sees(session, channel),
    );
  }

  #sees(session: Session, channel: number): boolean {
    return this.#rules.scope === "applet" || session.channel === channel;
  }

  #keep(wanted: (session: Session) => boolean): void {
    this.#sessions = this.#sessions.filter(wanted);
  }

  #requireNumber(number: number): void {
    const first = this.#rules.numbers === "from-1" ? 1 : 0;
    const inRange = number >= first && number < first + this.#rules.count;
    if (this.#rules.numbers !== "any" && !inRange) throw new Refusal(StatusWord.wrongParameters);
  }
}
