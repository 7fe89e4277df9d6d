import type { CertificateVerifier } from "../credentials/ports/certificate-verifier.ts";
import type { DtlsSession } from "../dtls/connection.ts";
import type { ResumableSession } from "../dtls/resumable-session.ts";
import { equalBytes } from "../util/bytes.ts";
import { describeError } from "../util/coded-error.ts";
import type { Logger } from "../util/log.ts";
import type { MonotonicClock, WallClock } from "../util/time.ts";
import { decodeKeptSession, encodeKeptSession, type KeptSession } from "./kept-session.ts";
import type { ResumptionStore } from "./resumption-store.ts";

export interface SessionKeeperOptions {
  /** Names the account in the store. */
  readonly key: string;
  readonly store: ResumptionStore;
  readonly clock: MonotonicClock;
  readonly wallClock: WallClock;
  readonly logger: Logger;
  /** Since the full handshake. Default 24 hours, the most that RFC 5246 §F.1.4 advises. */
  readonly maxAgeMs?: number;
}

export const usualMaxAgeMs = 86_400_000;

/** A session in memory. */
interface HeldSession extends Omit<KeptSession, "madeAt"> {
  /** WallClock milliseconds; absent: the time of day was not known. */
  readonly madeAt?: number;
  /** Its age at MonotonicClock `since`: nobody sets that clock, but it ends with the process. */
  readonly ageMs: number;
  readonly since: number;
}

/**
 * The session of one account that a later handshake may resume, so that a restart, a wake-up or a dead peer costs no
 * signature. It is offered only to the same server by the same credential, while it is young, and while its peer's
 * certificates are what we would accept today.
 */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  #held: HeldSession | undefined;
  #loaded = false;

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
  }

  /** The session to offer, if there is one. What does not pass is forgotten, and the log says why. */
  async find(
    binding: Uint8Array,
    verifier: CertificateVerifier,
    signal: AbortSignal,
  ): Promise<ResumableSession | undefined> {
    await this.#load();
    const held = this.#held;
    if (!held) return undefined;
    const objection = this.#objection(held, binding) ?? (await peerObjection(held.session, verifier, signal));
    // While the verifier worked it may have been dropped.
    if (objection === undefined) return this.#held?.session;
    await this.drop(objection);
    return undefined;
  }

  /** After each handshake. A resumed session stays as old as it was. */
  async keep(binding: Uint8Array, { resumable, resumed }: DtlsSession): Promise<void> {
    if (resumed) return;
    if (!resumable) return this.drop("the server gave no session to resume");
    const { clock, wallClock } = this.#options;
    const held = { binding, session: resumable, ageMs: 0, since: clock.now() };
    const madeAt = Math.round(wallClock.now());
    this.#held = wallClock.trusted ? { ...held, madeAt } : held;
    this.#loaded = true;
    // Without the time of day nobody could say its age after a restart.
    if (wallClock.trusted) await this.#save({ binding, madeAt, session: resumable });
    else await this.#remove();
  }

  /** Nothing is left of it, in memory at once. */
  async drop(reason: string): Promise<void> {
    const known = this.#held !== undefined || !this.#loaded;
    this.#held = undefined;
    this.#loaded = true;
    if (!known) return;
    this.#options.logger.debug("the DTLS session is not kept for resumption", { reason });
    await this.#remove();
  }

  async #load(): Promise<void> {
    const { wallClock, clock } = this.#options;
    if (this.#loaded || !wallClock.trusted) return;
    const kept = await this.#read();
    if (this.#loaded) return;
    this.#loaded = true;
    if (kept) this.#held = { ...kept, ageMs: Math.max(0, wallClock.now() - kept.madeAt), since: clock.now() };
  }

  #objection(held: HeldSession, binding: Uint8Array): string | undefined {
    if (!equalBytes(held.binding, binding)) return "it was made with another server or credential";
    const { maxAgeMs = usualMaxAgeMs } = this.#options;
    const age = this.#age(held);
    if (age < 0) return "it is from the future: the time of day went back";
    return age < maxAgeMs ? undefined : `it is ${Math.round(age / 60_000)} minutes old`;
  }

  /** The clock that nobody sets may stand still while the machine sleeps; the time of day does not. */
  #age({ madeAt, ageMs, since }: HeldSession): number {
    const { clock, wallClock } = this.#options;
    const counted = ageMs + clock.now() - since;
    if (madeAt === undefined || !wallClock.trusted) return counted;
    const byWall = wallClock.now() - madeAt;
    return byWall < 0 ? byWall : Math.max(byWall, counted);
  }

  async #read(): Promise<KeptSession | undefined> {
    const { store, key } = this.#options;
    try {
      const bytes = await store.read(key);
      return bytes && decodeKeptSession(bytes);
    } catch (error) {
      this.#complain("a kept DTLS session cannot be read", error);
      await this.#remove();
      return undefined;
    }
  }

  async #save(session: KeptSession): Promise<void> {
    const { store, key } = this.#options;
    try {
      await store.write(key, encodeKeptSession(session));
    } catch (error) {
      this.#complain("the DTLS session is not kept for the next start", error);
    }
  }

  async #remove(): Promise<void> {
    const { store, key } = this.#options;
    try {
      await store.remove(key);
    } catch (error) {
      this.#complain("a kept DTLS session cannot be removed", error);
    }
  }

  #complain(what: string, error: unknown): void {
    this.#options.logger.warn(what, { reason: describeError(error) });
  }
}

/** With a pre-shared key there is no chain: the key itself is part of the binding. */
async function peerObjection(
  { pskIdentity, peerChain }: ResumableSession,
  verifier: CertificateVerifier,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (pskIdentity) return undefined;
  if (peerChain.length === 0) return "its peer showed no certificate";
  const verdict = await verifier.verify(peerChain, signal);
  return verdict.accepted ? undefined : `its peer would be refused now: ${verdict.message}`;
}
