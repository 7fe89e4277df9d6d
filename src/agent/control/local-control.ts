import type { EnrolmentPlan } from "../../est/enrolment/enrolment.ts";
import type { AttemptMode } from "../../est/enrolment/enrolment-record.ts";
import { formatPath } from "../../formats/path.ts";
import type { DataModel } from "../../lwm2m/data-model/data-model.ts";
import type { ObservationStatus } from "../../lwm2m/observation/server-observations.ts";
import type { ServerAccountState } from "../../lwm2m/server-account-event.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { RunningAccount } from "../accounts/running-account.ts";
import type { ServerAccounts } from "../accounts/server-accounts.ts";
import type { AgentEvent } from "../agent-event.ts";
import type { AgentEnrolment } from "../enrolment/agent-enrolment.ts";
import type {
  AgentControl,
  AgentStatus,
  AttachedAttributes,
  LocalResources,
  LocalText,
  LocalValue,
} from "./agent-control.ts";
import { LocalAccess, localPath } from "./local-access.ts";

export interface LocalControlParts {
  status(): AgentStatus;
  readonly listeners: Set<(event: AgentEvent) => void>;
  readonly accounts: ServerAccounts;
  readonly model: DataModel;
  /** False: not now, or nobody to ask. */
  bootstrap(reason: string): Promise<boolean>;
  /** Absent where none is configured. */
  enrolment(): Pick<AgentEnrolment, "renew" | "preview"> | undefined;
}

const asked = "asked for on the device";
const reachable: readonly ServerAccountState[] = ["registered", "updating", "asleep"];

/** The agent's side of AgentControl. */
export class LocalControl implements AgentControl {
  readonly #parts: LocalControlParts;
  readonly #access: LocalAccess;

  constructor(parts: LocalControlParts) {
    this.#parts = parts;
    this.#access = new LocalAccess(parts.model);
  }

  status(): AgentStatus {
    return this.#parts.status();
  }

  onEvent(listener: (event: AgentEvent) => void): () => void {
    this.#parts.listeners.add(listener);
    return () => this.#parts.listeners.delete(listener);
  }

  async update(shortServerId: number): Promise<void> {
    const { account } = this.#running(shortServerId);
    const { state } = account.status;
    if (!reachable.includes(state)) throw notNow(`server ${shortServerId} is ${state}, and not registered`);
    account.updateRegistration(asked);
  }

  async reconnect(shortServerId?: number): Promise<void> {
    const { accounts } = this.#parts;
    if (!accounts.online) throw notNow("the agent is offline");
    const running = shortServerId === undefined ? accounts.all : [this.#running(shortServerId)];
    for (const { account } of running) {
      if (account.status.state === "given-up") account.resume(asked);
      else account.reconnect(asked);
    }
  }

  async disable(shortServerId: number): Promise<void> {
    await this.#parts.accounts.disable(this.#server(shortServerId));
  }

  async enable(shortServerId: number): Promise<void> {
    await this.#parts.accounts.enable(this.#server(shortServerId));
  }

  async offline(): Promise<void> {
    this.#parts.accounts.goOffline(asked);
  }

  async online(): Promise<void> {
    this.#parts.accounts.goOnline(asked);
  }

  async bootstrap(): Promise<void> {
    if (!this.#parts.accounts.online) throw notNow("the agent is offline");
    if (await this.#parts.bootstrap(asked)) return;
    const { state, reason } = this.status().bootstrap;
    throw notNow(`there is no bootstrap server to ask, or not now: bootstrap is ${state} (${reason})`);
  }

  async renewCertificate(mode?: AttemptMode): Promise<void> {
    if (!this.#parts.accounts.online) throw notNow("the agent is offline");
    await this.#enrolment.renew(mode);
  }

  previewRenewal(mode?: AttemptMode): Promise<EnrolmentPlan> {
    return this.#enrolment.preview(mode);
  }

  get #enrolment(): Pick<AgentEnrolment, "renew" | "preview"> {
    return this.#parts.enrolment() ?? fail(notNow("the configuration has no section enrolment"));
  }

  async send(texts: readonly string[], shortServerId?: number): Promise<void> {
    const paths = texts.map(localPath);
    const running = shortServerId === undefined ? this.#registered() : [this.#running(shortServerId)];
    await Promise.all(running.map(({ account }) => account.send(paths)));
  }

  async read(path: string): Promise<readonly LocalValue[]> {
    return this.#access.read(path);
  }

  async write(path: string, value: LocalText | LocalResources): Promise<void> {
    await this.#access.write(path, value);
  }

  async create(path: string, resources?: LocalResources): Promise<string> {
    return this.#access.create(path, resources);
  }

  async delete(path: string): Promise<void> {
    await this.#access.delete(path);
  }

  async execute(path: string, args?: string): Promise<void> {
    await this.#access.execute(path, args);
  }

  async attributes(shortServerId: number): Promise<readonly AttachedAttributes[]> {
    const { all } = this.#server(shortServerId).account.attributes;
    return all.map(({ path, attributes }) => ({ path: formatPath(path), attributes }));
  }

  async observations(shortServerId: number): Promise<readonly ObservationStatus[]> {
    return this.#server(shortServerId).account.observations;
  }

  #registered(): readonly RunningAccount[] {
    const registered = this.#parts.accounts.all.filter(({ account }) => reachable.includes(account.status.state));
    if (registered.length === 0) throw notNow("no server is registered with now");
    return registered;
  }

  #running(shortServerId: number): RunningAccount {
    const running = this.#server(shortServerId);
    if (!running.enabled) throw notNow(`server ${shortServerId} is disabled; enable it first`);
    return running;
  }

  #server(shortServerId: number): RunningAccount {
    const running = this.#parts.accounts.get(shortServerId);
    if (running) return running;
    const known = this.#parts.accounts.shortServerIds.join(", ") || "none";
    throw new CodedError("NO_SUCH_SERVER", `there is no server ${shortServerId}; there are: ${known}`);
  }
}

function notNow(reason: string): CodedError {
  return new CodedError("NOT_NOW", reason);
}

function fail(error: CodedError): never {
  throw error;
}
