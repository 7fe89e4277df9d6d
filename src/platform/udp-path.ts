import { createSocket, type Socket } from "node:dgram";
import { CodedError } from "../util/coded-error.ts";
import { addressText, type DatagramPath, type Network, type PeerAddress } from "../util/network.ts";
import type { AddressWatch } from "./address-watch.ts";
import { resolveAll } from "./resolver.ts";

export interface UdpOptions {
  /** Numeric local address to send from; absent: the system chooses. */
  readonly localAddress?: string;
  /** Tells when addresses of this machine change; absent: nobody does. */
  readonly watch?: AddressWatch;
}

/** The Network of this machine: dns.lookup and connected UDP sockets. */
export function udpNetwork(options: UdpOptions = {}): Network {
  const { watch } = options;
  return {
    resolve: resolveAll,
    open: (peer) => openUdpPath(peer, options),
    ...(watch && { onChange: (listener) => watch.onChange(listener) }),
  };
}

/** A socket connected to the peer: the kernel drops other senders' datagrams and hands over ICMP errors. */
export function openUdpPath(peer: PeerAddress, { localAddress }: UdpOptions = {}): Promise<DatagramPath> {
  const socket = createSocket(peer.family === 6 ? "udp6" : "udp4");
  return new Promise((resolve, reject) => {
    const refuse = (cause: Error): void => {
      socket.close();
      reject(new CodedError("PATH_UNAVAILABLE", `no way to ${addressText(peer)}: ${cause.message}`, { cause }));
    };
    socket.once("error", refuse);
    const connect = (): void =>
      socket.connect(peer.port, peer.host, () => {
        socket.removeListener("error", refuse);
        resolve(new UdpPath(socket, peer));
      });
    if (localAddress === undefined) connect();
    else socket.bind({ address: localAddress }, connect);
  });
}

class UdpPath implements DatagramPath {
  readonly peer: PeerAddress;
  readonly localAddress: string;
  readonly #socket: Socket;
  #closed = false;
  #hinted: (hint: Error) => void = () => {};

  constructor(socket: Socket, peer: PeerAddress) {
    this.peer = peer;
    this.#socket = socket;
    this.localAddress = socket.address().address;
    socket.on("error", (error) => this.#hint(error));
  }

  send(datagram: Uint8Array): void {
    if (this.#closed) return;
    try {
      this.#socket.send(datagram, (error) => {
        if (error) this.#hint(error);
      });
    } catch (error) {
      this.#hint(error instanceof Error ? error : new Error(String(error)));
    }
  }

  onDatagram(listener: (datagram: Uint8Array) => void): void {
    this.#socket.on("message", (datagram) => {
      if (this.#closed) return;
      try {
        listener(datagram);
      } catch (error) {
        // A defect of ours that a peer found must cost a datagram, not the process.
        this.#hint(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  onHint(listener: (hint: Error) => void): void {
    this.#hinted = listener;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }

  #hint(error: Error): void {
    if (!this.#closed) this.#hinted(error);
  }
}
