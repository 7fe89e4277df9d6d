import type { Cleanup } from "./cleanup.ts";
import { ForeignProcess, type Program } from "./foreign-process.ts";
import { flags, java } from "./java.ts";
import { built } from "./paths.ts";

/** How a DTLS peer of another make proves itself and whom it trusts. */
export type PeerCredentials =
  | { readonly psk: string; readonly identity: string }
  | { readonly key?: string; readonly cert?: string; readonly ca?: string };

/** Cipher suites by their IANA names; PSK in hex; key, certificates and CA as PEM files. */
export type PeerOptions = PeerCredentials & {
  readonly suites: string;
  /** Length of the Connection ID that the peer wants; 0: none, but it sends ours; absent: it does not know RFC 9146. */
  readonly cid?: number;
};

/** What a peer says, a line of JSON each. */
export type PeerEvent =
  | { readonly event: "listening"; readonly port: number }
  | {
      readonly event: "connected";
      readonly suite: string;
      readonly peer: string | null;
      readonly extendedMasterSecret?: boolean;
      readonly resumed?: boolean;
    }
  | { readonly event: "data"; readonly hex: string }
  | { readonly event: "retransmitted"; readonly flight: number }
  | { readonly event: "failed"; readonly message: string }
  | { readonly event: "closed"; readonly message: string };

type Named<Name extends PeerEvent["event"]> = Extract<PeerEvent, { event: Name }>;

/** A DTLS peer of another make, client or server. A server sends back what it gets. */
export class DtlsPeer {
  readonly process: ForeignProcess<PeerEvent>;

  constructor(cleanup: Cleanup, program: Program) {
    this.process = new ForeignProcess(cleanup, program, (line) => JSON.parse(line) as PeerEvent);
  }

  /** The next event of that name that nobody has waited for yet. */
  waitFor<Name extends PeerEvent["event"]>(name: Name): Promise<Named<Name>> {
    return this.process.events.waitFor((event): event is Named<Name> => event.event === name, name);
  }

  send(record: Uint8Array): void {
    this.process.say(Buffer.from(record).toString("hex"));
  }

  /** Has a Scandium client make an abbreviated handshake before its next record. */
  resume(): void {
    this.process.say("resume");
  }

  /** Ends the peer, which says close_notify first. */
  close(): Promise<void> {
    return this.process.finish();
  }
}

/** Starts a pion server and gives it with its port. */
export async function startPionServer(cleanup: Cleanup, options: PeerOptions & PionOptions) {
  return listening(new DtlsPeer(cleanup, pion({ role: "server", ...options })));
}

/** Starts a pion client, which begins its handshake at once. */
export function startPionClient(cleanup: Cleanup, port: number, options: PeerOptions & PionOptions): DtlsPeer {
  return new DtlsPeer(cleanup, pion({ role: "client", port, ...options }));
}

/** Starts a Californium (Scandium) server and gives it with its port. */
export async function startScandiumServer(cleanup: Cleanup, options: PeerOptions) {
  return listening(new DtlsPeer(cleanup, scandium({ role: "server", ...options })));
}

/** Starts a Californium (Scandium) client, which begins its handshake at once. */
export function startScandiumClient(cleanup: Cleanup, port: number, options: PeerOptions): DtlsPeer {
  return new DtlsPeer(cleanup, scandium({ role: "client", port, ...options }));
}

/** pion's own settings: the name asked for by a client, the datagram size, and how long its first flight waits. */
export interface PionOptions {
  readonly name?: string;
  readonly mtu?: number;
  readonly "flight-interval"?: string;
  readonly "require-ems"?: boolean;
  /** It keeps sessions and resumes them. */
  readonly "keep-sessions"?: boolean;
  /** How many handshakes a client makes, one after the other. Default 1, then it stays. */
  readonly handshakes?: number;
}

type Arguments = Parameters<typeof flags>[0];

function pion(options: Arguments): Program {
  return { command: built("pion/target/dtls-peer"), args: flags(options, "-") };
}

function scandium(options: Arguments): Program {
  return java("interop.californium.DtlsPeer", flags(options));
}

async function listening(peer: DtlsPeer): Promise<{ peer: DtlsPeer; port: number }> {
  const { port } = await peer.waitFor("listening");
  return { peer, port };
}
