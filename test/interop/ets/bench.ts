import { Code, MessageType } from "../../../src/coap/message.ts";
import type { ReadCard } from "../../../src/lwm2m/bootstrap/card-reading.ts";
import type { LwM2mObject } from "../../../src/lwm2m/data-model/object.ts";
import type { Cleanup } from "../../support/foreign/cleanup.ts";
import type { Leshan } from "../../support/foreign/leshan.ts";
import type { Identity, TestAuthority } from "../../support/foreign/test-authority.ts";
import { Device } from "./device.ts";
import type { DeviceValues } from "./device-values.ts";
import { LeshanSide } from "./leshan-side.ts";
import { Relay, type Rewrite } from "./relay.ts";
import type { Row } from "./rows.ts";
import type { Trace } from "./trace.ts";
import { queryOf } from "./wire.ts";

export interface BenchOptions {
  readonly row: Row;
  readonly leshan: Leshan;
  readonly trace: Trace;
  readonly cleanup: Cleanup;
  /** Of the devices' certificates, and of Leshan's own. */
  readonly authority: TestAuthority;
  readonly serverIdentity: Identity;
  /** A mutant: changes what the device says. */
  readonly rewrite?: Rewrite;
}

export interface AtLeshanOptions {
  /** Of the configuration's `server` section, beside the URI. */
  readonly server?: Readonly<Record<string, unknown>>;
  readonly objects?: readonly LwM2mObject[];
  readonly values?: DeviceValues;
  /** The version that the server seems to have: a newer one is not understood. */
  readonly serverVersion?: "1.0";
}

/** A device, what it says on the wire, and its server. */
export interface AtLeshan {
  readonly device: Device;
  readonly wire: Relay;
  readonly leshan: LeshanSide;
}

/** Gives one row what it needs: a device, a server, and the wire between them. */
export class Bench {
  readonly row: Row;
  readonly cleanup: Cleanup;
  readonly trace: Trace;
  readonly leshan: Leshan;
  readonly authority: TestAuthority;
  readonly serverIdentity: Identity;
  readonly #rewrite: Rewrite | undefined;

  constructor({ row, leshan, trace, cleanup, rewrite, authority, serverIdentity }: BenchOptions) {
    this.authority = authority;
    this.serverIdentity = serverIdentity;
    this.row = row;
    this.leshan = leshan;
    this.trace = trace;
    this.cleanup = cleanup;
    this.#rewrite = rewrite;
  }

  /** The endpoint name of the row's device. */
  get endpoint(): string {
    return `ets-${this.row.id}`;
  }

  /** Not started yet. */
  device(config: Readonly<Record<string, unknown>>, readCard?: ReadCard): Device {
    const { cleanup, endpoint } = this;
    return new Device(cleanup, { endpoint, config, ...(readCard && { readCard }) });
  }

  wire(serverPort: number, serverName: string, rewrite = this.#rewrite): Promise<Relay> {
    const { cleanup, trace } = this;
    return Relay.start(cleanup, { serverPort, serverName, trace, rewrite });
  }

  /** A device that is about to register with Leshan in the clear; short server id 1, lifetime 86,400 s. */
  async startAtLeshan({ server, objects, values, serverVersion }: AtLeshanOptions = {}): Promise<AtLeshan> {
    const { endpoint, cleanup, leshan } = this;
    const events = await leshan.management.events(endpoint);
    const wire = await this.wire(leshan.ports.coap, "leshan", serverVersion && withoutNewerVersions);
    const device = new Device(cleanup, {
      endpoint,
      config: { server: { uri: `coap://127.0.0.1:${wire.port}`, ...server } },
      ...(objects && { objects }),
      ...(values && { values }),
    });
    device.start();
    return { device, wire, leshan: new LeshanSide(leshan.management, endpoint, events) };
  }

  /** A device that is about to register in the clear with a server on this port; `config` beside the server's URI. */
  async startAt(
    port: number,
    name: string,
    { server, ...config }: { readonly server?: object; readonly [section: string]: unknown } = {},
  ): Promise<Device> {
    const wire = await this.wire(port, name);
    const uri = `coap://127.0.0.1:${wire.port}`;
    const device = this.device({ server: { uri, ...server }, ...config });
    device.start();
    return device;
  }

  /** As `startAtLeshan`, and registered. */
  async atLeshan(options?: AtLeshanOptions): Promise<AtLeshan> {
    const started = await this.startAtLeshan(options);
    await started.leshan.registered();
    await started.device.waitFor("registered");
    return started;
  }
}

/** Leshan takes every version, so that 4.12 to a newer one comes from the wire. */
const withoutNewerVersions: Rewrite = (message) => {
  if (!queryOf(message).some((item) => /^lwm2m=1\.[1-9]/.test(item))) return message;
  const { messageId, token } = message;
  const reply = { type: MessageType.ACK, code: Code.PreconditionFailed, messageId, token };
  return { reply: { ...reply, options: [], payload: new Uint8Array() } };
};

/** What a row does; throws when the device does not do as the test case says. */
export type Procedure = (bench: Bench) => Promise<void>;
