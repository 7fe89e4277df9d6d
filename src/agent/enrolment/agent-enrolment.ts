import type { Association } from "../../association/association.ts";
import type { KeySlots } from "../../credentials/ports/key-slots.ts";
import type { Entropy } from "../../crypto/ports.ts";
import { isInUse } from "../../est/enrolment/certificate-life.ts";
import { Enrolment, type EnrolmentPlan, type EnrolmentResult } from "../../est/enrolment/enrolment.ts";
import type { EnrolmentEvent } from "../../est/enrolment/enrolment-event.ts";
import type { AttemptMode } from "../../est/enrolment/enrolment-record.ts";
import { type EnrolmentStatus, enrolmentStatus } from "../../est/enrolment/enrolment-status.ts";
import { keptEnrolment } from "../../est/enrolment/kept-enrolment.ts";
import { Renewal } from "../../est/enrolment/renewal.ts";
import type { RenewalDecision } from "../../est/enrolment/renewal-decision.ts";
import type { Accounts } from "../../lwm2m/bootstrap/accounts.ts";
import type { SecuritySettings } from "../../lwm2m/bootstrap/security-settings.ts";
import { CodedError, describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import type { RecordStore } from "../../util/record-store.ts";
import { RetrySchedule } from "../../util/retry-schedule.ts";
import type { Timer, Timers, WallClock } from "../../util/time.ts";
import { type AccountSecurity, accountSecurity, isEnrolled } from "../accounts/account-security.ts";
import type { EnrolmentConfig, NamedConfig } from "../config/config-schema.ts";
import { EnrolledAccounts } from "./enrolled-accounts.ts";
import { enrolmentOptions, renewalPolicy } from "./enrolment-settings.ts";
import { estServerAccount } from "./est-server-account.ts";
import { EstSessions } from "./est-sessions.ts";
import { HandshakeProver } from "./handshake-prover.ts";

export interface AgentEnrolmentPorts {
  readonly store: RecordStore;
  readonly wallClock: WallClock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
  openKeySlots(keys: EnrolmentConfig["keys"]): Promise<KeySlots>;
  /** As they are now. */
  accounts(): Promise<Accounts>;
  connect(account: AccountSecurity, signal: AbortSignal): Promise<Association>;
  onEvent(event: EnrolmentEvent): void;
  /** There is another certificate in use: accounts that use it are to register with it. */
  onCredentialChanged(reason: string): void;
}

/** What is there once the card has told which keys it has. */
interface Opened {
  readonly enrolment: Enrolment;
  readonly renewal: Renewal;
  readonly sessions: EstSessions;
  readonly accounts: EnrolledAccounts;
}

/** The device's own certificate over the years: enrolled after a bootstrap, renewed, changed where a server refuses it. */
export class AgentEnrolment {
  readonly #config: NamedConfig;
  readonly #enrolmentConfig: EnrolmentConfig;
  readonly #ports: AgentEnrolmentPorts;
  readonly #stop = new AbortController();
  readonly #retry: RetrySchedule;
  #opening: Promise<Opened> | undefined;
  #opened: Opened | undefined;
  #retryTimer: Timer | undefined;
  /** Some account is for the certificate. */
  #isNeeded = false;
  /** A server refused the certificate in use, and there is no former one. */
  #isRefused = false;

  constructor(config: NamedConfig, enrolmentConfig: EnrolmentConfig, ports: AgentEnrolmentPorts) {
    this.#config = config;
    this.#enrolmentConfig = enrolmentConfig;
    this.#ports = ports;
    this.#retry = new RetrySchedule({ firstDelayMs: 5_000, maxDelayMs: 600_000, jitter: 0.5 }, ports.entropy);
  }

  get status(): (EnrolmentStatus & { readonly next: RenewalDecision }) | undefined {
    if (!this.#opened) return undefined;
    const { enrolment, renewal } = this.#opened;
    return { ...enrolmentStatus(enrolment.record), next: renewal.decision };
  }

  /** A card that is away is tried again. */
  start(): void {
    void this.#open().catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#retryTimer?.cancel();
    await this.#opened?.renewal.stop();
  }

  /** With the certificate and the CA certificates of the enrolment, where the account is one that uses them. */
  withCertificate(account: AccountSecurity): AccountSecurity {
    if (!isEnrolled(this.#config, account.settings)) return account;
    const { bootstrap } = account.settings;
    const anchors = (): readonly Uint8Array[] => this.#opened?.accounts.anchors ?? [];
    return {
      ...account,
      /** As they are when an association is made. */
      get anchors() {
        return anchors();
      },
      openEnrolled: async (signal) => {
        const { accounts } = await this.#open();
        return bootstrap ? accounts.credentialInUse(signal) : accounts.credential(signal);
      },
    };
  }

  /** Between Bootstrap-Finish and the first Register, or before Bootstrap-Request: never rejects for what can wait. */
  async overBootstrap(association: Association, when: EnrolmentConfig["order"]): Promise<void> {
    if (when !== this.#enrolmentConfig.order && when === "before-bootstrap") return;
    const accounts = await this.#ports.accounts();
    if (when === "after-bootstrap" && !this.#uses(accounts)) return;
    const { enrolment, renewal, sessions } = await this.#open();
    const identity = await this.#identityIn(accounts);
    const giveBack = sessions.lend({ association, identity });
    try {
      if (this.#isRefused && !enrolment.record.attempt) await this.#beginAnew(enrolment);
      await renewal.due();
    } finally {
      giveBack();
    }
  }

  /** The accounts are these now. */
  accountsChanged(accounts: Accounts): void {
    this.#isNeeded = this.#uses(accounts);
    void this.#follow(accounts).catch((error: unknown) => {
      this.#ports.logger.error("the enrolment does not follow the accounts", { reason: describeError(error) });
    });
  }

  /**
   * False while the certificate of an account is on its way, as when the CA takes its time: to fail without it says
   * nothing of the server. Where the way itself fails the account fails too, for another bootstrap may help then.
   */
  async mayConnect(settings: SecuritySettings): Promise<boolean> {
    if (!isEnrolled(this.#config, settings)) return true;
    const { wallClock } = this.#ports;
    // A card that cannot be looked at is an error that the account meets too.
    const { enrolment, renewal } = (await this.#open().catch(() => undefined)) ?? {};
    if (!enrolment || !renewal) return true;
    if (isInUse(enrolment.record, wallClock)) return true;
    const { decision } = renewal;
    if (decision.kind === "continue") return enrolment.record.attempt?.failures !== 0;
    return decision.kind !== "enrol" || decision.at > wallClock.now();
  }

  async registered(settings: SecuritySettings): Promise<void> {
    if (!isEnrolled(this.#config, settings)) return;
    this.#isRefused = false;
    await this.#opened?.accounts.registered();
  }

  /** `final`: the server will not have us, whatever the words. */
  async registrationFailed(settings: SecuritySettings, error: Error, final: boolean): Promise<void> {
    if (!isEnrolled(this.#config, settings) || !this.#opened) return;
    const outcome = await this.#opened.accounts.refused(error, final);
    if (outcome === "enrol-anew") this.#isRefused = true;
    if (outcome === "fell-back")
      this.#ports.onCredentialChanged("the new certificate was refused, back to the former one");
  }

  /**
   * By order, whatever the calendar says; a new key where there is a slot for one, when `mode` is absent. Rejects as
   * Enrolment.begin does, and when the card is away.
   */
  async renew(mode?: AttemptMode): Promise<void> {
    const { renewal } = await this.#open();
    await renewal.now(mode ?? (await this.preview()).mode);
  }

  /** What `renew` would do. */
  async preview(mode?: AttemptMode): Promise<EnrolmentPlan> {
    const { enrolment } = await this.#open();
    const { slots, activeSlot } = enrolment.record;
    const hasIdle = slots.some((held, i) => held === undefined && i !== activeSlot);
    return enrolment.preview(mode ?? (hasIdle && !this.#enrolmentConfig.renewal.keepKey ? "new-key" : "same-key"));
  }

  #uses({ servers, bootstrap }: Accounts): boolean {
    const all = [...servers.map(({ security }) => security), ...(bootstrap ? [bootstrap] : [])];
    return all.some((settings) => isEnrolled(this.#config, settings));
  }

  async #follow({ servers }: Accounts): Promise<void> {
    if (this.#isNeeded) {
      (await this.#open()).renewal.plan();
      return;
    }
    if (!this.#opened) return;
    const { enrolment, renewal } = this.#opened;
    renewal.pause();
    // An enrolment before the bootstrap is for accounts that are still to come.
    if (this.#enrolmentConfig.order === "before-bootstrap" && servers.length === 0) return;
    if (servers.length > 0) await enrolment.retire();
    else await enrolment.cancel();
  }

  /** With the identity that the bootstrap server takes: the certificate in use is worth nothing any more. */
  async #beginAnew(enrolment: Enrolment): Promise<void> {
    const { slots, activeSlot } = enrolment.record;
    const hasIdle = slots.some((held, i) => held === undefined && i !== activeSlot);
    await enrolment.begin(hasIdle ? "new-key" : "same-key", false, "bootstrap");
    this.#isRefused = false;
  }

  /** Whose certificate the bootstrap server was shown. */
  async #identityIn({ bootstrap }: Accounts): Promise<"operational" | "bootstrap"> {
    if (!bootstrap || !isEnrolled(this.#config, bootstrap)) return "bootstrap";
    return (await this.#opened?.accounts.credentialInUse(this.#stop.signal)) ? "operational" : "bootstrap";
  }

  #open(): Promise<Opened> {
    this.#opening ??= this.#openOnce().catch((error: unknown) => {
      this.#opening = undefined;
      this.#openLater(error);
      throw error;
    });
    return this.#opening;
  }

  #openLater(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const retryInMs = this.#retry.next();
    this.#ports.logger.warn("the enrolment's keys cannot be looked at", { reason: describeError(error), retryInMs });
    this.#retryTimer?.cancel();
    this.#retryTimer = this.#ports.timers.schedule(retryInMs, () => this.start());
  }

  async #openOnce(): Promise<Opened> {
    const { wallClock: clock, timers, logger, entropy, store, onEvent, connect } = this.#ports;
    if (this.#stop.signal.aborted) throw new CodedError("STOPPED", "the agent is stopping");
    const slots = await this.#ports.openKeySlots(this.#enrolmentConfig.keys);
    const common = { connect, slots, timers, logger };
    const sessions = new EstSessions(this.#enrolmentConfig.est, {
      ...common,
      serverAccount: () => this.#estServer(),
    });
    const prover = new HandshakeProver({ ...common, server: () => this.#server() });
    const ports = { slots, store: keptEnrolment(store), connector: sessions, prover, clock, entropy, onEvent };
    const options = enrolmentOptions(this.#enrolmentConfig, this.#config.endpoint);
    const enrolment = await Enrolment.open(options, ports, this.#stop.signal);
    const onResult = (result: EnrolmentResult): void => this.#ended(result);
    const renewal = new Renewal(enrolment, renewalPolicy(this.#enrolmentConfig), { clock, timers, logger, onResult });
    const accounts = new EnrolledAccounts({ enrolment, slots, clock, onKeyLost: () => this.#keyLost() });
    this.#retry.reset();
    this.#opened = { enrolment, renewal, sessions, accounts };
    if (this.#isNeeded) renewal.plan();
    return this.#opened;
  }

  /** Once its own CA certificates vouch for it, it is judged by them (RFC 9148 §4.3). */
  async #estServer(): Promise<AccountSecurity> {
    const account = estServerAccount(this.#config, await this.#ports.accounts());
    const anchors = this.#enrolmentConfig.est.checkServer ? this.#opened?.accounts.anchors : undefined;
    return anchors ? { ...account, anchors } : account;
  }

  /** The first server that is to see the new certificate. */
  async #server(): Promise<AccountSecurity | undefined> {
    const { servers } = await this.#ports.accounts();
    const found = servers.find(({ security }) => isEnrolled(this.#config, security));
    return found && this.withCertificate(accountSecurity(this.#config, found.security));
  }

  #ended({ kind }: EnrolmentResult): void {
    if (kind === "done") this.#ports.onCredentialChanged("a new certificate is in use");
    else if (this.status?.active === undefined) this.#ports.onCredentialChanged("there is no certificate for now");
  }

  /** Another card, or another key in its slot. */
  #keyLost(): void {
    const { enrolment, renewal } = this.#opened ?? {};
    void enrolment
      ?.reconcile(this.#stop.signal)
      .then(() => renewal?.plan())
      .catch((error: unknown) => {
        this.#ports.logger.warn("the keys on the card cannot be compared", { reason: describeError(error) });
      });
  }
}
