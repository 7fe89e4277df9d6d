import type { Cleanup } from "./cleanup.ts";
import { ForeignProcess } from "./foreign-process.ts";
import { flags, java } from "./java.ts";
import { LeshanBootstrap, LeshanManagement } from "./leshan-rest.ts";
import type { Identity } from "./test-authority.ts";

/** For X.509: the servers' own key and certificate, and the authority of the devices' certificates (all PEM files). */
export interface LeshanOptions {
  readonly identity?: Identity;
  readonly ca?: string;
  /** A folder of object definitions beyond those that Leshan brings (0 to 7 and 21). */
  readonly models?: string;
  /** Whose devices the bootstrap server takes (PEM file), when not those of `ca`. */
  readonly bootstrapCa?: string;
  /** The CA of EST on the bootstrap server: what it issues is signed by this one, and its `ca` is what crts gives. */
  readonly est?: Identity;
  /** UDP port of the bootstrap server's CoAPS. */
  readonly bootstrapCoaps?: number;
  /** UDP port of the management server's CoAPS: to come back where one was before. */
  readonly coaps?: number;
  /** An endpoint that may register by its certificate from the start. */
  readonly allowX509?: string;
  /** Seconds for which clients in queue mode stay awake; 93 when absent. */
  readonly awake?: number;
}

/** UDP ports of both servers and TCP ports of their HTTP faces. */
export interface LeshanPorts {
  readonly coap: number;
  readonly coaps: number;
  readonly http: number;
  readonly bootstrapCoap: number;
  readonly bootstrapCoaps: number;
  readonly bootstrapHttp: number;
}

/** Leshan's management and bootstrap servers, running on loopback. */
export interface Leshan {
  readonly ports: LeshanPorts;
  readonly management: LeshanManagement;
  readonly bootstrap: LeshanBootstrap;
  readonly process: ForeignProcess<LeshanPorts>;
}

/** Starts both servers on free ports and waits until they answer. */
export async function startLeshan(cleanup: Cleanup, options: LeshanOptions = {}): Promise<Leshan> {
  const { identity, ca, models, coaps, allowX509, awake, bootstrapCa, bootstrapCoaps, est } = options;
  const given = flags({
    ...identity,
    ca,
    models,
    coaps,
    awake,
    "allow-x509": allowX509,
    "bs-ca": bootstrapCa,
    "bs-coaps": bootstrapCoaps,
    "est-key": est?.key,
    "est-cert": est?.cert,
  });
  const program = java("interop.leshan.LeshanServers", [...given, "--attached"]);
  const process = new ForeignProcess(cleanup, program, (line) => JSON.parse(line) as LeshanPorts);
  const ports = await process.events.waitFor(() => true, "ports from Leshan", 60);
  const management = new LeshanManagement(cleanup, `http://127.0.0.1:${ports.http}/api`);
  const bootstrap = new LeshanBootstrap(cleanup, `http://127.0.0.1:${ports.bootstrapHttp}/api`);
  return { ports, management, bootstrap, process };
}

/** What Leshan's own client says. */
export interface DeviceEvent {
  readonly event: "registered" | "failed";
  readonly message: string;
}

/** Leshan's own client as a device: `server` is a URI, keys and certificates are PEM files, the PSK is hex. */
export interface LeshanDeviceOptions {
  readonly server: string;
  readonly endpoint: string;
  readonly lifetime?: number;
  readonly bootstrap?: boolean;
  readonly psk?: string;
  readonly identity?: string;
  readonly key?: string;
  readonly cert?: string;
  readonly ca?: string;
}

/** Starts Leshan's own client. */
export function startLeshanDevice(cleanup: Cleanup, options: LeshanDeviceOptions): ForeignProcess<DeviceEvent> {
  const program = java("interop.leshan.LeshanDevice", [...flags({ ...options }), "--attached"]);
  return new ForeignProcess(cleanup, program, (line) => JSON.parse(line) as DeviceEvent);
}
