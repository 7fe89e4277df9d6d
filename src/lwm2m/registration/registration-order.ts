import type { Logger } from "../../util/log.ts";
import type { Timer, Timers } from "../../util/time.ts";
import type { ServerInstance } from "../objects/server-instance.ts";
import type { ServerAccountEvent } from "../server-account-event.ts";

/** A server account as the order sees it. */
export interface OrderedAccount {
  readonly server: ServerInstance;
  /** Registered with since the last bootstrap: /1/x/14 no longer applies. */
  readonly registeredBefore: boolean;
  start(): void;
}

interface Place {
  readonly account: OrderedAccount;
  /** Undefined: it has had no turn, or its first registration is not decided. */
  outcome: "registered" | "failed" | undefined;
  started: boolean;
  timer: Timer | undefined;
}

/**
 * Starts server accounts in the order of /1/x/13: each after the one before has registered or failed, and after /1/x/14.
 * One that fails with /1/x/15 true keeps those behind it waiting until it registers. Servers without a priority wait for
 * nobody, and whoever has started is independent of the others (OMA LwM2M Core 1.2, Server object).
 */
export class RegistrationOrder {
  readonly #timers: Timers;
  readonly #logger: Logger;
  #places: readonly Place[] = [];

  constructor({ timers, logger }: { readonly timers: Timers; readonly logger: Logger }) {
    this.#timers = timers;
    this.#logger = logger;
  }

  /** The accounts are these now: the same object keeps its place and its outcome, a new one gets its turn. */
  follow(accounts: readonly OrderedAccount[]): void {
    const before = new Map(this.#places.map((place) => [place.account, place]));
    const places = accounts.map((account) => before.get(account) ?? newPlace(account));
    for (const place of this.#places) if (!places.includes(place)) place.timer?.cancel();
    this.#places = places.sort(byPriority);
    this.#goOn();
  }

  /** To be told of every event of every account. */
  heard(shortServerId: number, event: ServerAccountEvent): void {
    const place = this.#places.find(({ account }) => account.server.settings.shortServerId === shortServerId);
    const outcome = outcomeOf(event);
    if (!place || !outcome || place.outcome === "registered") return;
    place.outcome = outcome;
    this.#goOn();
  }

  /** Nobody is started any more. */
  stop(): void {
    this.follow([]);
  }

  #goOn(): void {
    for (const place of this.#places) if (priorityOf(place) === undefined) this.#start(place);
    for (const place of this.#places.filter((each) => priorityOf(each) !== undefined)) {
      this.#start(place);
      if (place.outcome === undefined || this.#blocks(place)) return;
    }
  }

  #blocks({ account, outcome }: Place): boolean {
    const { registrationFailureBlock, shortServerId } = account.server.settings;
    const blocks = outcome === "failed" && registrationFailureBlock === true;
    if (blocks) this.#logger.info("servers behind this one wait until it registers", { server: shortServerId });
    return blocks;
  }

  #start(place: Place): void {
    if (place.started) return;
    place.started = true;
    const { initialRegistrationDelay = 0 } = place.account.server.settings;
    const delay = place.account.registeredBefore ? 0 : initialRegistrationDelay;
    if (delay === 0) place.account.start();
    else place.timer = this.#timers.schedule(1000 * delay, () => place.account.start());
  }
}

function newPlace(account: OrderedAccount): Place {
  return { account, outcome: undefined, started: false, timer: undefined };
}

function priorityOf({ account }: Place): number | undefined {
  return account.server.settings.registrationPriority;
}

function byPriority(a: Place, b: Place): number {
  const byOrder = (priorityOf(a) ?? 0) - (priorityOf(b) ?? 0);
  return byOrder || a.account.server.settings.shortServerId - b.account.server.settings.shortServerId;
}

/** The end of one communication sequence decides: the others do not wait for the last of a hundred. */
function outcomeOf(event: ServerAccountEvent): Place["outcome"] {
  // After a restart an Update may be all that it takes.
  if (event.type === "registered" || event.type === "updated") return "registered";
  const hasFailed = event.type === "given-up" || (event.type === "retrying" && event.sequenceEnded === true);
  // One that is told to be quiet, by its server or by a person, is not waited for.
  return hasFailed || event.type === "offline" || event.type === "disabled" ? "failed" : undefined;
}
