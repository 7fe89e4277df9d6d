import { NamedGroup } from "../../../src/crypto/ports.ts";
import type { Program } from "../../support/foreign/foreign-process.ts";
import { built } from "../../support/foreign/paths.ts";
import type { BenchIdentities } from "./bench-identities.ts";
import type { NodertcClientOptions } from "./clients/nodertc-client.ts";
import type { OurClientOptions } from "./clients/our-client.ts";

/** One client with one setting: a column of the report. */
export interface Contender {
  readonly name: string;
  readonly maker: "ours" | "pion" | "nodertc";
  readonly curve: "P-256" | "P-384";
  readonly suite: keyof typeof suites;
  readonly key: "file" | "SIM";
  /** The client as a process that makes `handshakes` handshakes with a server at `port` and ends. */
  program(port: number, handshakes: number): Program;
}

const suites = { CCM_8: 0xc0ae, GCM: 0xc02b } as const;
const suiteNames = {
  CCM_8: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
  GCM: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
};
const groups = { "P-256": NamedGroup.secp256r1, "P-384": NamedGroup.secp384r1 };

/** Compiled, by maker. */
export type Clients = Readonly<Record<keyof typeof clientPrograms, string>>;

export const clientPrograms = {
  ours: "test/bench/handshake/clients/our-client.ts",
  nodertc: "test/bench/handshake/clients/nodertc-client.ts",
};

export function contenders(clients: Clients, who: BenchIdentities): readonly Contender[] {
  return [
    ours(clients.ours, who, { curve: "P-256", suite: "CCM_8", key: "file" }),
    ours(clients.ours, who, { curve: "P-256", suite: "GCM", key: "file" }),
    ours(clients.ours, who, { curve: "P-256", suite: "CCM_8", key: "SIM" }),
    ours(clients.ours, who, { curve: "P-256", suite: "GCM", key: "SIM" }),
    pion(who, "CCM_8"),
    pion(who, "GCM"),
    ours(clients.ours, who, { curve: "P-384", suite: "GCM", key: "file" }),
    nodertc(clients.nodertc, who),
  ];
}

type Setting = Pick<Contender, "curve" | "suite" | "key">;

function ours(script: string, { ca, device, sim }: BenchIdentities, setting: Setting): Contender {
  const { curve, suite, key } = setting;
  const credential = key === "SIM" ? { sim } : { uri: `file:${device.key}?cert=${device.cert}` };
  const program = (port: number, handshakes: number): Program => {
    const options: OurClientOptions = { port, handshakes, suite: suites[suite], group: groups[curve], ca, credential };
    return { command: process.execPath, args: [script, JSON.stringify(options)] };
  };
  return { name: `ours, ${key}, ${curve} ${suite}`, maker: "ours", ...setting, program };
}

function pion({ ca, device }: BenchIdentities, suite: "CCM_8" | "GCM"): Contender {
  const who = ["-key", device.key, "-cert", device.cert, "-ca", ca];
  const settings = ["-suites", suiteNames[suite], "-curves", "P-256", ...who];
  const program = (port: number, handshakes: number): Program => ({
    command: built("pion/target/dtls-peer"),
    args: ["-role", "client", "-port", String(port), "-handshakes", String(handshakes), ...settings],
  });
  return { name: `pion, file, P-256 ${suite}`, maker: "pion", curve: "P-256", suite, key: "file", program };
}

/** No P-256, no CCM_8 in it. */
function nodertc(script: string, { device }: BenchIdentities): Contender {
  const program = (port: number, handshakes: number): Program => {
    const options: NodertcClientOptions = { port, handshakes, ...device };
    return { command: process.execPath, args: [script, JSON.stringify(options)] };
  };
  const name = "@nodertc/dtls, file, P-384 GCM";
  return { name, maker: "nodertc", curve: "P-384", suite: "GCM", key: "file", program };
}

/** The server of all contenders. */
export function serverProgram({ ca, server }: BenchIdentities): Program {
  const settings = ["-suites", Object.values(suiteNames).join(","), "-curves", "P-256,P-384", "-require-ems"];
  const who = ["-key", server.key, "-cert", server.cert, "-ca", ca];
  return { command: built("pion/target/dtls-peer"), args: ["-role", "server", ...settings, ...who] };
}
