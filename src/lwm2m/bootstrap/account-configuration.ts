import type { DataRecord } from "../../formats/data-record.ts";
import type { Path } from "../../formats/path.ts";
import { timeValue } from "../../formats/values.ts";
import type { Logger } from "../../util/log.ts";
import type { WallClock } from "../../util/time.ts";
import {
  ACCESS_CONTROL_OBJECT,
  type Accounts,
  readAccounts,
  SECURITY_OBJECT,
  SERVER_OBJECT,
  ServerResource,
} from "./accounts.ts";
import { BootstrapError } from "./bootstrap-error.ts";
import { contentRecords } from "./bootstrap-read.ts";
import type { CardReading } from "./card-reading.ts";
import { readCardRecords } from "./card-records.ts";
import type { ConfigurableObjects } from "./configurable-object.ts";
import { type Configuration, noInstances, withEntry, withoutEntries } from "./configuration.ts";
import { ConfigurationDraft } from "./configuration-draft.ts";
import { type ConsistencyPolicy, findInconsistencies, type Sufficiency } from "./consistency.ts";
import { departedServers, forgetServer } from "./departed-servers.ts";
import { installObjects } from "./install-objects.ts";
import type { BootstrapStore, CardOrigin, SavedBootstrap } from "./saved-bootstrap.ts";

export interface AccountConfigurationOptions {
  readonly objects: ConfigurableObjects;
  readonly policy: ConsistencyPolicy;
  readonly store: BootstrapStore;
  /** As it was saved; its configuration is in the objects already. */
  readonly saved?: Omit<SavedBootstrap, "configuration">;
  readonly wallClock: WallClock;
  readonly logger: Logger;
  /** Runs a change alone: servers write to the same objects. At once when absent. */
  exclusive?<T>(change: () => Promise<T>): Promise<T>;
}

/** The accounts in use, and every way in which bootstrap changes them: checked, all or nothing, and saved. */
export class AccountConfiguration {
  readonly #options: AccountConfigurationOptions;
  #card: CardOrigin | undefined;
  #bootstrapAccountEndsAt: number | undefined;

  constructor(options: AccountConfigurationOptions) {
    this.#options = options;
    this.#card = options.saved?.card;
    this.#bootstrapAccountEndsAt = options.saved?.bootstrapAccountEndsAt;
  }

  get card(): CardOrigin | undefined {
    return this.#card;
  }

  /** Seconds since 1970 UTC. */
  get bootstrapAccountEndsAt(): number | undefined {
    return this.#bootstrapAccountEndsAt;
  }

  async accounts(): Promise<Accounts> {
    return readAccounts(await this.newDraft().snapshot([SECURITY_OBJECT, SERVER_OBJECT]));
  }

  newDraft(): ConfigurationDraft {
    return new ConfigurationDraft(this.#options.objects);
  }

  /** Everything that makes the draft unusable. */
  async check(draft: ConfigurationDraft, sufficiency: Sufficiency = "server-account"): Promise<readonly string[]> {
    const configuration = await draft.snapshot([SECURITY_OBJECT, SERVER_OBJECT, ACCESS_CONTROL_OBJECT]);
    return findInconsistencies(configuration, this.#options.policy, sufficiency);
  }

  /** Puts to use what a bootstrap server made. Rejects when that failed and everything is as before. */
  async commitBootstrap(draft: ConfigurationDraft): Promise<void> {
    await this.#stampServers(draft);
    const { bootstrap } = readAccounts(await draft.snapshot([SECURITY_OBJECT, SERVER_OBJECT]));
    const seconds = bootstrap?.accountTimeoutSeconds;
    const card = this.#card && { ...this.#card, instances: unchanged(this.#card.instances, draft) };
    await this.#commit(draft, card, seconds === undefined ? undefined : this.#now() + seconds);
  }

  /**
   * Puts the card's data in the place of what an earlier card brought. Rejects with a CodedError that says what is wrong;
   * nothing has changed then.
   */
  async applyCard({ bytes, origin }: CardReading & { readonly kind: "data" }): Promise<void> {
    const { objects, logger } = this.#options;
    const draft = this.newDraft();
    await this.#removeCardInstances(draft);
    await installObjects(draft, readCardRecords(bytes, objects, logger), logger);
    await this.#requireUsable(draft, "the card's data");
    await this.#commit(draft, { ...origin, instances: arrived(draft) }, undefined);
  }

  /** The card is gone, or what it holds is of no use: what came from it goes. */
  async forgetCard(): Promise<void> {
    const draft = this.newDraft();
    await this.#removeCardInstances(draft);
    await this.#commit(draft, undefined, this.#bootstrapAccountEndsAt);
  }

  /**
   * Factory data: whole objects. They are not saved, so that a device whose disk is full or read-only has them too. Rejects
   * with a CodedError; nothing has changed then.
   */
  async applyFactory(factory: Configuration): Promise<void> {
    const draft = this.newDraft();
    const records: DataRecord[] = [...factory].flatMap(([objectId, content]) => contentRecords(objectId, content));
    await installObjects(draft, records, this.#options.logger);
    await this.#requireUsable(draft, "the factory data");
    await this.#commit(draft, undefined, undefined, "as it came");
  }

  /** /0/x/12 has passed. */
  async removeBootstrapAccount(): Promise<void> {
    const draft = this.newDraft();
    const { bootstrap } = readAccounts(await draft.snapshot([SECURITY_OBJECT, SERVER_OBJECT]));
    const content = await draft.content(SECURITY_OBJECT);
    await draft.set(
      SECURITY_OBJECT,
      withoutEntries(content, (id) => id === bootstrap?.instance),
    );
    await this.#commit(draft, this.#card, undefined);
  }

  /** For changes that do not come from bootstrap: a server wrote to one of the stored objects. */
  async save(): Promise<void> {
    const configuration = await this.#stored(this.newDraft());
    await this.#options.store.save({ configuration, ...this.#details(this.#card, this.#bootstrapAccountEndsAt) });
  }

  async #requireUsable(draft: ConfigurationDraft, what: string): Promise<void> {
    const problems = await this.check(draft, "any-account");
    if (problems.length > 0) throw new BootstrapError("BOOTSTRAP_UNUSABLE", `${what}: ${problems.join("; ")}`);
  }

  async #removeCardInstances(draft: ConfigurationDraft): Promise<void> {
    for (const [objectId = -1, instanceId = -1] of this.#card?.instances ?? []) {
      const content = await draft.content(objectId);
      const isLosable = this.#options.objects.get(objectId)?.canLoseInstances ?? false;
      if (isLosable)
        await draft.set(
          objectId,
          withoutEntries(content, (id) => id === instanceId),
        );
    }
  }

  /** /1/x/12 of the accounts that the bootstrap server touched. */
  async #stampServers(draft: ConfigurationDraft): Promise<void> {
    const { objects, wallClock } = this.#options;
    if (!wallClock.trusted || !objects.get(SERVER_OBJECT)?.definition.resources.has(ServerResource.lastBootstrapped))
      return;
    const servers = await draft.content(SERVER_OBJECT);
    for (const [id, content] of servers) {
      if (draft.before.get(SERVER_OBJECT)?.get(id) === content) continue;
      const stamped = withEntry(content, ServerResource.lastBootstrapped, timeValue(this.#now()));
      await draft.setInstance(SERVER_OBJECT, id, stamped);
    }
  }

  async #commit(
    draft: ConfigurationDraft,
    card: CardOrigin | undefined,
    endsAt: number | undefined,
    keeping: "saved" | "as it came" = "saved",
  ): Promise<void> {
    const { store, exclusive = atOnce } = this.#options;
    for (const shortServerId of await departedServers(draft)) await forgetServer(draft, shortServerId);
    const configuration = await this.#stored(draft);
    const save = () => store.save({ configuration, ...this.#details(card, endsAt) });
    await exclusive(() => draft.commit(keeping === "saved" ? save : undefined));
    this.#card = card;
    this.#bootstrapAccountEndsAt = endsAt;
  }

  async #stored(draft: ConfigurationDraft): Promise<Configuration> {
    const stored = [...this.#options.objects].filter(([, { isStored }]) => isStored).map(([id]) => id);
    return withoutEntries(await draft.snapshot(stored), (id) => !stored.includes(id));
  }

  #details(card: CardOrigin | undefined, endsAt: number | undefined): Omit<SavedBootstrap, "configuration"> {
    return { ...(card && { card }), ...(endsAt !== undefined && { bootstrapAccountEndsAt: endsAt }) };
  }

  /** Seconds since 1970 UTC. */
  #now(): number {
    return Math.floor(this.#options.wallClock.now() / 1000);
  }
}

function atOnce<T>(change: () => Promise<T>): Promise<T> {
  return change();
}

/** Those that the session left alone are still the card's. */
function unchanged(instances: readonly Path[], draft: ConfigurationDraft): Path[] {
  return instances.filter(([objectId = -1, instanceId = -1]) => {
    const [before, now] = [draft.before, draft.now].map((each) => each.get(objectId)?.get(instanceId));
    return before === now;
  });
}

/** What is there now and was not before, or is other than before. */
function arrived(draft: ConfigurationDraft): Path[] {
  return [...draft.now].flatMap(([objectId, content]) => {
    const before = draft.before.get(objectId) ?? noInstances;
    return [...content].filter(([id, each]) => before.get(id) !== each).map(([id]) => [objectId, id]);
  });
}
