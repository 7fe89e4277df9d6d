import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "../../support/foreign/foreign-process.ts";
import { javaProgram } from "./programs.ts";
import type { ReadServer } from "./read-server.ts";

export type Security = "NoSec" | "PSK";
export const makers = ["ours", "Leshan"] as const;
export type Maker = (typeof makers)[number];

/** Of every endpoint, its name as the identity. */
export const pskHex = "000102030405060708090a0b0c0d0e0f";

/** What a client is started with. */
export interface Setting {
  readonly security: Security;
  readonly endpoint: string;
  readonly server: ReadServer;
  /** Empty, for what the client writes. */
  readonly folder: string;
  /** The definition of the object that is read. */
  readonly models: string;
}

/** `main`: the compiled command line of ours. */
export function clientProgram(maker: Maker, main: string, setting: Setting): Program {
  return maker === "ours" ? ours(main, setting) : leshan(setting);
}

/** The values of Thermometer.java. */
const thermometer = {
  5700: { constant: 21.5 },
  5601: { constant: -4.25 },
  5602: { constant: 38.75 },
  5603: { constant: -40 },
  5604: { constant: 125 },
  5701: { constant: "Cel" },
  5750: { constant: "bench" },
};

function ours(main: string, { security, endpoint, server, folder }: Setting): Program {
  mkdirSync(folder);
  const key = join(folder, "psk.hex");
  writeFileSync(key, pskHex, { mode: 0o600 });
  const config = {
    endpoint,
    stateDirectory: join(folder, "state"),
    server: {
      uri: uri(security, server),
      shortServerId: 1,
      lifetime: 86_400,
      ...(security === "PSK" && { security: { credential: `file:${key}?identity=${endpoint}` } }),
    },
    objects: { instances: { "/3303/0": thermometer } },
    log: { level: "warn" },
  };
  const file = join(folder, "agent.yaml"); // JSON is YAML
  writeFileSync(file, JSON.stringify(config));
  return { command: process.execPath, args: [main, "run", "--config", file] };
}

function leshan({ security, endpoint, server, models }: Setting): Program {
  const who = ["--server", uri(security, server), "--endpoint", endpoint, "--models", models];
  const key = security === "PSK" ? ["--psk", pskHex, "--identity", endpoint] : [];
  return javaProgram("interop.leshan.bench.ReadDevice", [...who, ...key, "--attached"]);
}

function uri(security: Security, { coap, coaps }: ReadServer): string {
  return security === "PSK" ? `coaps://127.0.0.1:${coaps}` : `coap://127.0.0.1:${coap}`;
}
