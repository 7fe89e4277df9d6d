import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { decodeMessage, encodeMessage } from "../../../src/coap/codec.ts";
import type { CoapMessage } from "../../../src/coap/message.ts";
import type { Cleanup } from "../../support/foreign/cleanup.ts";
import { EventLog } from "../../support/foreign/event-log.ts";
import { messageText } from "./message-text.ts";
import type { Trace } from "./trace.ts";

/** Changes a plain CoAP message on its way, loses it (undefined), or answers the device in the server's place. */
export type Rewrite = (
  message: CoapMessage,
  from: "device" | "server",
) => CoapMessage | { readonly reply: CoapMessage } | undefined;

export interface PassedMessage {
  readonly from: "device" | "server";
  readonly message: CoapMessage;
}

export interface RelayOptions {
  readonly serverPort: number;
  /** For the trace, like "leshan". */
  readonly serverName: string;
  readonly trace: Trace;
  /** Absent: all pass as they are. */
  readonly rewrite?: Rewrite | undefined;
}

/**
 * Between a device and a server on 127.0.0.1: writes down every datagram, and may rewrite plain CoAP. The server sees
 * a port of its own for each port that the device sends from.
 */
export class Relay {
  /** Plain CoAP messages as they passed. */
  readonly passed = new EventLog<PassedMessage>();
  readonly #options: RelayOptions;
  readonly #inner: Socket;
  readonly #outer = new Map<number, Promise<Socket>>();
  #cut = false;

  private constructor(options: RelayOptions, inner: Socket) {
    this.#options = options;
    this.#inner = inner;
  }

  static async start(cleanup: Cleanup, options: RelayOptions): Promise<Relay> {
    const relay = new Relay(options, await bound());
    relay.#inner.on("message", (datagram, from) => void relay.#fromDevice(datagram, from));
    cleanup.after(() => relay.#close());
    return relay;
  }

  /** Where the device has to send to. */
  get port(): number {
    return this.#inner.address().port;
  }

  /** Nothing passes while it is cut. */
  cut(isCut: boolean): void {
    this.#cut = isCut;
    this.#options.trace.note(isCut ? "the link is cut" : "the link is back");
  }

  async #fromDevice(datagram: Uint8Array, from: RemoteInfo): Promise<void> {
    const passing = this.#pass(datagram, "device", (reply) => this.#inner.send(reply, from.port, from.address));
    const outer = await this.#outerFor(from);
    if (passing) outer.send(passing, this.#options.serverPort, "127.0.0.1");
  }

  #outerFor(device: RemoteInfo): Promise<Socket> {
    const known = this.#outer.get(device.port);
    if (known) return known;
    const outer = bound().then((socket) => {
      socket.on("message", (datagram) => {
        const passing = this.#pass(datagram, "server");
        if (passing) this.#inner.send(passing, device.port, device.address);
      });
      return socket;
    });
    this.#outer.set(device.port, outer);
    return outer;
  }

  #pass(
    datagram: Uint8Array,
    from: "device" | "server",
    answer: (reply: Uint8Array) => void = () => {},
  ): Uint8Array | undefined {
    const { serverName, trace, rewrite } = this.#options;
    if (this.#cut) return undefined;
    const way = from === "device" ? `device > ${serverName}` : `${serverName} > device`;
    const message = plainMessage(datagram);
    if (!message) {
      trace.message(way, recordText(datagram));
      return datagram;
    }
    trace.message(way, messageText(message));
    const rewritten = rewrite ? rewrite(message, from) : message;
    if (rewritten === undefined) {
      trace.note("not passed on");
      return undefined;
    }
    if ("reply" in rewritten) {
      trace.message(`${serverName}' > device`, messageText(rewritten.reply));
      answer(encodeMessage(rewritten.reply));
      return undefined;
    }
    this.passed.push({ from, message: rewritten });
    if (rewritten === message) return datagram;
    trace.note(`passed on as ${messageText(rewritten)}`);
    return encodeMessage(rewritten);
  }

  async #close(): Promise<void> {
    this.#inner.close();
    for (const outer of await Promise.all(this.#outer.values())) outer.close();
  }
}

function plainMessage(datagram: Uint8Array): CoapMessage | undefined {
  try {
    return decodeMessage(datagram);
  } catch {
    return undefined;
  }
}

const contentTypes: Readonly<Record<number, string>> = {
  20: "change_cipher_spec",
  21: "alert",
  22: "handshake",
  23: "application_data",
  25: "tls12_cid",
};

/** What a DTLS datagram begins with (RFC 6347 §4.1); its messages in the clear are the server's to tell. */
function recordText(datagram: Uint8Array): string {
  return `DTLS ${contentTypes[datagram[0] ?? 0] ?? "unknown"} ${datagram.length} bytes`;
}

async function bound(): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}
