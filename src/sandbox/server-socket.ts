import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { PeerAddress } from "../util/network.ts";

/** A socket that many peers talk to, whatever it is made of. */
export interface PeersSocket {
  onDatagram(listener: (from: PeerAddress, datagram: Uint8Array) => void): void;
  /** A datagram that cannot be sent is lost. */
  send(to: PeerAddress, datagram: Uint8Array): void;
}

/** One UDP socket that many peers talk to. */
export class ServerSocket implements PeersSocket {
  readonly address: PeerAddress;
  readonly #socket: Socket;
  #closed: Promise<void> | undefined;

  private constructor(socket: Socket, address: PeerAddress) {
    this.#socket = socket;
    this.address = address;
    // What ICMP says of one peer must not end the socket for all of them.
    socket.on("error", () => {});
  }

  /** `host`: a numeric address. Port 0: the system chooses. Rejects when the address cannot be bound. */
  static async bind(host: string, port: number): Promise<ServerSocket> {
    const family = host.includes(":") ? 6 : 4;
    const socket = createSocket(`udp${family}`);
    socket.bind(port, host);
    await once(socket, "listening");
    const bound = socket.address();
    return new ServerSocket(socket, { host: bound.address, port: bound.port, family });
  }

  onDatagram(listener: (from: PeerAddress, datagram: Uint8Array) => void): void {
    this.#socket.on("message", (datagram, { address: host, port, family }) =>
      listener({ host, port, family: family === "IPv6" ? 6 : 4 }, datagram),
    );
  }

  send(to: PeerAddress, datagram: Uint8Array): void {
    this.#socket.send(datagram, to.port, to.host, () => {});
  }

  /** May be called again. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.#socket.close(() => resolve()));
    return this.#closed;
  }
}
