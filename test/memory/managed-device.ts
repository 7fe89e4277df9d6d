import type { DatagramTransport } from "../../src/coap/datagram-transport.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { floatValue, opaqueValue } from "../../src/formats/values.ts";
import { DataModel } from "../../src/lwm2m/data-model/data-model.ts";
import { PlainObject } from "../../src/lwm2m/objects/plain-object.ts";
import { ServerInstance } from "../../src/lwm2m/objects/server-instance.ts";
import { ServerObject } from "../../src/lwm2m/objects/server-object.ts";
import { ServerAccount } from "../../src/lwm2m/server-account.ts";
import type { ServerAccountEvent } from "../../src/lwm2m/server-account-event.ts";
import { silentLogger } from "../../src/util/log.ts";
import { registry } from "../lwm2m/objects-folder.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { type LinkPorts, link, type Security } from "./links.ts";
import { RemoteServer } from "./remote-server.ts";
import { StepTime } from "./step-time.ts";

export interface ManagedDeviceOptions {
  readonly security: Security;
  readonly onEvent?: (event: ServerAccountEvent) => void;
}

/** A device whose account is registered with a server in the same process, in virtual time. */
export class ManagedDevice {
  readonly time: StepTime;
  readonly server: RemoteServer;
  readonly account: ServerAccount;
  readonly #thermometer: PlainObject;

  private constructor(time: StepTime, server: RemoteServer, account: ServerAccount, thermometer: PlainObject) {
    this.time = time;
    this.server = server;
    this.account = account;
    this.#thermometer = thermometer;
  }

  static start({ security, onEvent = () => {} }: ManagedDeviceOptions): Promise<ManagedDevice> {
    const time = new StepTime();
    const thermometer = new PlainObject(registry.get(3303));
    thermometer.set(0, new Map([[5700, floatValue(0)]]));
    const store = new PlainObject(registry.get(19));
    store.set(0, new Map([[0, new Map([[0, opaqueValue(new Uint8Array(0))]])]]));
    const instance = new ServerInstance(0, settings);
    const dataModel = new DataModel([new ServerObject(registry.get(1), [instance]), thermometer, store]);
    const ports: LinkPorts = { clock: time, timers: time, logger: silentLogger, ...random };
    return new Promise((resolve) => {
      const accept = (transport: DatagramTransport) => {
        const server = new RemoteServer(transport, ports, () =>
          resolve(new ManagedDevice(time, server, account, thermometer)),
        );
      };
      const options = { endpointName: "device", server: instance, dataModel, onEvent };
      const account = new ServerAccount({ ...options, ...ports, associations: link(security, ports, accept) });
      account.start();
    });
  }

  /** The thermometer shows another temperature. */
  readonly change = (count: number): void => {
    this.#thermometer.setValue(0, 5700, floatValue(count / 8));
  };
}

const random = { entropy: new SeededRandom(1), ephemeralKeys: nodeEphemeralKeys };
const settings = { shortServerId: 1, lifetime: 300, notificationStoring: true, binding: "U", muteSend: false };
