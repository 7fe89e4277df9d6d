/** The resources of one Server object instance (/1) that the client holds. */
export interface ServerSettings {
  /** 1..65534 */
  readonly shortServerId: number;
  /** Seconds; 0 never ends. */
  readonly lifetime: number;
  /** Seconds. */
  readonly defaultMinimumPeriod?: number;
  /** Seconds. */
  readonly defaultMaximumPeriod?: number;
  /** Seconds; 86400 when absent. */
  readonly disableTimeout?: number;
  readonly notificationStoring: boolean;
  /** Transport letters, for example "U". */
  readonly binding: string;
  /** Send is muted when true or absent. */
  readonly muteSend?: boolean;
  /** 1: notifications are confirmable where no `con` says otherwise; 0 when absent. */
  readonly defaultNotificationMode?: number;
  /** The last TLS or DTLS alert that the server sent. */
  readonly alertCode?: number;
  /** Servers with one are registered with in ascending order. */
  readonly registrationPriority?: number;
  /** Seconds, before the first registration after a bootstrap. */
  readonly initialRegistrationDelay?: number;
  /** True: while registration with this server fails, those after it in the order wait. */
  readonly registrationFailureBlock?: boolean;
  /** True when absent. */
  readonly bootstrapOnRegistrationFailure?: boolean;
  /** Attempts that make a communication sequence; 5 when absent. */
  readonly retryCount?: number;
  /** Seconds after the first attempt of a sequence, doubled after each further one; 60 when absent. */
  readonly retryTimer?: number;
  /** Seconds between sequences; 86400 when absent, 2^32 - 1 means that no other follows. */
  readonly sequenceDelay?: number;
  /** Sequences after which registration has failed; 1 when absent. */
  readonly sequenceCount?: number;
  /** Whether the client is reachable over SMS; it never is. */
  readonly trigger?: boolean;
  /** One transport letter; "U" is all that we have. */
  readonly preferredTransport?: string;
}

/** What Execute on a Server instance sets off. The answer has gone out before these are called. */
export interface ServerTriggers {
  /** De-registers, stays silent for the Disable Timeout, registers again. */
  disable(): void;
  updateRegistration(): void;
}

/** One Server object instance: held by the Server object, obeyed by the server account. */
export class ServerInstance {
  readonly id: number;
  #settings: ServerSettings;
  #triggers: ServerTriggers | undefined;
  readonly #listeners = new Set<(changed: ReadonlySet<keyof ServerSettings>) => void>();

  constructor(id: number, settings: ServerSettings) {
    this.id = id;
    this.#settings = settings;
  }

  get settings(): ServerSettings {
    return this.#settings;
  }

  get triggers(): ServerTriggers | undefined {
    return this.#triggers;
  }

  /** Called by the server account that runs this instance; undefined when it stops. */
  attach(triggers: ServerTriggers | undefined): void {
    this.#triggers = triggers;
  }

  /** Takes a whole new set, so that an optional resource can go away. */
  replace(settings: ServerSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    const keys = new Set([...settingKeys(before), ...settingKeys(settings)]);
    const changed = new Set([...keys].filter((key) => before[key] !== settings[key]));
    if (changed.size > 0) for (const listener of [...this.#listeners]) listener(changed);
  }

  onChange(listener: (changed: ReadonlySet<keyof ServerSettings>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const allKeys: readonly (keyof ServerSettings)[] = [
  "shortServerId",
  "lifetime",
  "defaultMinimumPeriod",
  "defaultMaximumPeriod",
  "disableTimeout",
  "notificationStoring",
  "binding",
  "muteSend",
  "defaultNotificationMode",
  "alertCode",
  "registrationPriority",
  "initialRegistrationDelay",
  "registrationFailureBlock",
  "bootstrapOnRegistrationFailure",
  "retryCount",
  "retryTimer",
  "sequenceDelay",
  "sequenceCount",
  "trigger",
  "preferredTransport",
];

function settingKeys(settings: ServerSettings): (keyof ServerSettings)[] {
  return allKeys.filter((key) => settings[key] !== undefined);
}
