import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import type { DatagramTransport } from "../../src/coap/datagram-transport.ts";
import { CoapEndpoint, type CoapEndpointOptions } from "../../src/coap/endpoint.ts";
import { monotonicClock } from "../../src/platform/clock.ts";
import { nodeTimers } from "../../src/platform/timers.ts";
import { silentLogger } from "../../src/util/log.ts";
import { SeededRandom } from "./seeded-random.ts";

export interface UdpServer {
  readonly port: number;
  readonly endpoints: readonly CoapEndpoint[];
  close(): void;
}

type ServeOptions = Pick<CoapEndpointOptions, "handle" | "parameters"> & {
  /** Hears of every datagram that goes out. */
  onSent?(datagram: Uint8Array): void;
};

/** Serves CoAP on a loopback port: one endpoint of ours for each address that sends. */
export async function serveUdp(options: ServeOptions): Promise<UdpServer> {
  const socket = createSocket("udp4");
  const peers = new Map<string, { endpoint: CoapEndpoint; deliver: (datagram: Uint8Array) => void }>();
  socket.on("message", (datagram, from) => {
    const name = `${from.address}:${from.port}`;
    const peer = peers.get(name) ?? endpointFor(socket, from, options);
    peers.set(name, peer);
    peer.deliver(datagram);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const close = (): void => {
    for (const { endpoint } of peers.values()) endpoint.close();
    socket.close();
  };
  return {
    port: socket.address().port,
    get endpoints() {
      return [...peers.values()].map(({ endpoint }) => endpoint);
    },
    close,
  };
}

/** A client of ours towards a loopback port. */
export async function connectUdp(
  port: number,
  parameters: NonNullable<CoapEndpointOptions["parameters"]> = {},
): Promise<{ endpoint: CoapEndpoint; close(): void }> {
  const socket = createSocket("udp4");
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const transport: DatagramTransport = {
    send: (datagram) => socket.send(datagram),
    onDatagram: (listener) => socket.on("message", listener),
    onClosed: () => {},
  };
  const endpoint = new CoapEndpoint({ ...realPorts(transport), handle: () => ({ code: 0x84 }), parameters });
  const close = (): void => {
    endpoint.close();
    socket.close();
  };
  return { endpoint, close };
}

function endpointFor(socket: Socket, to: RemoteInfo, { onSent, ...options }: ServeOptions) {
  let deliver: (datagram: Uint8Array) => void = () => {};
  const transport: DatagramTransport = {
    send: (datagram) => {
      onSent?.(datagram);
      socket.send(datagram, to.port, to.address);
    },
    onDatagram: (listener) => {
      deliver = listener;
    },
    onClosed: () => {},
  };
  return { endpoint: new CoapEndpoint({ ...realPorts(transport), ...options }), deliver };
}

function realPorts(transport: DatagramTransport) {
  return { transport, clock: monotonicClock, timers: nodeTimers, entropy: new SeededRandom(1), logger: silentLogger };
}
