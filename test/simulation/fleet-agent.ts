import type { Accounts } from "../../src/lwm2m/bootstrap/accounts.ts";
import { BootstrapController } from "../../src/lwm2m/bootstrap/bootstrap-controller.ts";
import type { BootstrapEvent } from "../../src/lwm2m/bootstrap/bootstrap-event.ts";
import { configurableObjects } from "../../src/lwm2m/bootstrap/configurable-object.ts";
import { StoredObject } from "../../src/lwm2m/bootstrap/stored-object.ts";
import { DataModel } from "../../src/lwm2m/data-model/data-model.ts";
import { ServerInstance, type ServerSettings } from "../../src/lwm2m/objects/server-instance.ts";
import { ServerObject } from "../../src/lwm2m/objects/server-object.ts";
import { ServerAccount } from "../../src/lwm2m/server-account.ts";
import type { ServerAccountEvent } from "../../src/lwm2m/server-account-event.ts";
import { silentLogger } from "../../src/util/log.ts";
import {
  booleanValue,
  bootstrapSecurity,
  configuration,
  plainSecurity,
  server,
  usualPolicy,
} from "../lwm2m/bootstrap/bootstrap-bench.ts";
import { registry } from "../lwm2m/objects-folder.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import type { FleetNetwork } from "./fleet-network.ts";
import type { FleetTime } from "./fleet-time.ts";

const SERVER = 101;
const definitions = [0, 1, 2].map((id) => registry.get(id));

export interface FleetRules {
  /** /1/x/16 to /1/x/20. */
  readonly settings: Partial<ServerSettings>;
  readonly jitter: boolean;
}

/** One device of a fleet: a bootstrap controller and its server account, joined as the agent joins them. */
export class FleetAgent {
  readonly account: ServerAccount;
  readonly controller: BootstrapController;
  /** The accounts as they were told last. */
  accounts: Accounts = { servers: [] };
  givenUp = 0;

  constructor(id: number, { settings, jitter }: FleetRules, network: FleetNetwork, time: FleetTime) {
    const random = new SeededRandom(id + 1);
    const entropy = jitter ? random : { randomBytes: (length: number) => new Uint8Array(length) };
    const ports = { clock: time, wallClock: time, timers: time, entropy, logger: silentLogger };
    const endpointName = `dev${id}`;
    this.controller = new BootstrapController({
      ...ports,
      endpointName,
      objects: storedObjects(settings.bootstrapOnRegistrationFailure ?? true),
      policy: usualPolicy,
      store: { save: async () => {} },
      associations: () => network.bootstrapServer(id),
      onEvent: (event) => this.#bootstrapEvent(event),
    });
    const instance = new ServerInstance(0, {
      shortServerId: SERVER,
      lifetime: 86_400,
      notificationStoring: true,
      binding: "U",
      ...settings,
    });
    this.account = new ServerAccount({
      ...ports,
      endpointName,
      server: instance,
      dataModel: new DataModel([new ServerObject(registry.get(1), [instance])]),
      associations: network.server(id),
      canBootstrap: () => this.accounts.bootstrap !== undefined,
      onEvent: (event) => this.#accountEvent(event),
    });
  }

  get isRegistered(): boolean {
    return this.account.status.state === "registered";
  }

  get hasItsAccount(): boolean {
    return this.accounts.servers.some(({ shortServerId }) => shortServerId === SERVER);
  }

  #bootstrapEvent(event: BootstrapEvent): void {
    if (event.type === "resume") this.account.resume(event.reason);
    if (event.type !== "accounts") return;
    this.accounts = event.accounts;
    if (this.hasItsAccount) this.account.start();
  }

  #accountEvent(event: ServerAccountEvent): void {
    if (event.type === "registered") this.controller.registered(SERVER);
    if (event.type !== "given-up") return;
    this.givenUp++;
    this.controller.registrationFailed(SERVER, event.reason);
  }
}

function storedObjects(bootstrapOnFailure: boolean) {
  const all = configuration({
    0: { 0: bootstrapSecurity(), 1: plainSecurity(SERVER) },
    1: { 0: server(SERVER, { 16: booleanValue(bootstrapOnFailure) }) },
  });
  return configurableObjects(definitions.map((each) => new StoredObject(each, all.get(each.id))));
}
