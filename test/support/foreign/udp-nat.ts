import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Cleanup } from "./cleanup.ts";

const handshakeType = 22;

/** A NAT between one client and a server on 127.0.0.1: the server sees a port of the NAT's, another after `rebind`. */
export class UdpNat {
  /** Datagrams, either way, that begin with a handshake record in the clear. */
  handshakeDatagrams = 0;
  private readonly inner: Socket;
  private outer: Socket;
  private client: RemoteInfo | undefined;

  private constructor(inner: Socket, outer: Socket) {
    this.inner = inner;
    this.outer = outer;
  }

  static async before(cleanup: Cleanup, serverPort: number): Promise<UdpNat> {
    const nat = new UdpNat(await bound(), await bound());
    cleanup.after(() => {
      nat.inner.close();
      nat.outer.close();
    });
    nat.inner.on("message", (datagram, from) => {
      nat.client = from;
      nat.count(datagram);
      nat.outer.send(datagram, serverPort, "127.0.0.1");
    });
    nat.listenOutside();
    return nat;
  }

  /** Where the client has to send to. */
  get port(): number {
    return this.inner.address().port;
  }

  /** The server's answers to the old port are lost from now on. */
  async rebind(): Promise<void> {
    this.outer.close();
    this.outer = await bound();
    this.listenOutside();
  }

  private listenOutside(): void {
    this.outer.on("message", (datagram) => {
      this.count(datagram);
      if (this.client) this.inner.send(datagram, this.client.port, this.client.address);
    });
  }

  private count(datagram: Uint8Array): void {
    if (datagram[0] === handshakeType) this.handshakeDatagrams++;
  }
}

async function bound(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}
