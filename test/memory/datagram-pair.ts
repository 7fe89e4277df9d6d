import type { DatagramPath, Network, PeerAddress } from "../../src/util/network.ts";

const deviceAddress: PeerAddress = { host: "192.0.2.1", port: 40_000, family: 4 };
const serverAddress: PeerAddress = { host: "192.0.2.2", port: 5683, family: 4 };

/** One end of a path in memory: a datagram arrives a microtask later, as a copy. */
export class PathEnd implements DatagramPath {
  readonly peer: PeerAddress;
  other: PathEnd | undefined;
  #listener: (datagram: Uint8Array) => void = () => {};

  constructor(peer: PeerAddress) {
    this.peer = peer;
  }

  send(datagram: Uint8Array): void {
    const copy = datagram.slice();
    queueMicrotask(() => this.other?.deliver(copy));
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#listener = listener;
  }

  onHint(): void {}

  close(): void {}

  deliver(datagram: Uint8Array): void {
    this.#listener(datagram);
  }
}

export function datagramPair(): { device: PathEnd; server: PathEnd } {
  const [device, server] = [new PathEnd(serverAddress), new PathEnd(deviceAddress)];
  device.other = server;
  server.other = device;
  return { device, server };
}

/** A network where every name is the server at the other end of `path`. */
export function networkOf(path: PathEnd): Network {
  return { resolve: async () => [path.peer], open: async () => path };
}
