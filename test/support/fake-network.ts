import { CodedError } from "../../src/util/coded-error.ts";
import type { DatagramPath, Network, PeerAddress } from "../../src/util/network.ts";

/** A path whose other end is the test. */
export class FakePath implements DatagramPath {
  readonly peer: PeerAddress;
  readonly sent: Uint8Array[] = [];
  closed = false;
  #datagram: (datagram: Uint8Array) => void = () => {};
  #hint: (hint: Error) => void = () => {};

  constructor(peer: PeerAddress = { host: "192.0.2.1", port: 5684, family: 4 }) {
    this.peer = peer;
  }

  send(datagram: Uint8Array): void {
    if (!this.closed) this.sent.push(datagram);
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#datagram = listener;
  }

  onHint(listener: (hint: Error) => void): void {
    this.#hint = listener;
  }

  close(): void {
    this.closed = true;
  }

  receive(datagram: Uint8Array): void {
    this.#datagram(datagram);
  }

  hint(message: string): void {
    this.#hint(new Error(message));
  }
}

/** Hosts resolve as the test says; every opened path is kept. An address in `unreachable` cannot be opened. */
export class FakeNetwork implements Network {
  readonly paths: FakePath[] = [];
  readonly hosts = new Map<string, readonly string[]>();
  readonly unreachable = new Set<string>();

  async resolve(host: string, port: number): Promise<readonly PeerAddress[]> {
    const addresses = this.hosts.get(host);
    if (!addresses) throw new CodedError("NAME_NOT_RESOLVED", `the name "${host}" does not resolve`);
    return addresses.map((address) => ({ host: address, port, family: address.includes(":") ? 6 : 4 }));
  }

  async open(peer: PeerAddress): Promise<DatagramPath> {
    if (this.unreachable.has(peer.host)) throw new CodedError("PATH_UNAVAILABLE", "no route");
    const path = new FakePath(peer);
    this.paths.push(path);
    return path;
  }
}
