import assert from "node:assert/strict";
import { type Block, type BlockSize, blockOption, blockToOption } from "../../src/coap/block-option.ts";
import { decodeMessage } from "../../src/coap/codec.ts";
import { type CoapMessage, type CoapOption, codeText, MessageType } from "../../src/coap/message.ts";
import { OptionNumber } from "../../src/coap/options.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { datagram } from "./coap-messages.ts";
import type { NetworkEnd } from "./coap-network.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Plays the peer of one endpoint of ours: sends requests with a new Message ID and token each, as libcoap does. */
export class ScriptedPeer {
  readonly #wire: NetworkEnd;
  readonly #time: VirtualTime;
  #messageId = 1000;
  #read = 0;

  constructor(wire: NetworkEnd, time: VirtualTime) {
    this.#wire = wire;
    this.#time = time;
  }

  /** What our endpoint sent since the last look. */
  news(): CoapMessage[] {
    const fresh = this.#wire.sent.slice(this.#read).map((bytes) => decodeMessage(bytes));
    this.#read = this.#wire.sent.length;
    return fresh;
  }

  /** The one message our endpoint sent since the last look. */
  async next(): Promise<CoapMessage> {
    await this.#time.advance(1);
    const [message, ...more] = this.news();
    assert.ok(message, "a message expected, none came");
    assert.equal(more.length, 0, "one message expected, more came");
    return message;
  }

  /** Sends a request and gives the answer, which must be immediate. */
  async ask(parts: Partial<CoapMessage>): Promise<CoapMessage> {
    this.send({ token: Uint8Array.of(this.#messageId >> 8, this.#messageId & 0xff), ...parts });
    return await this.next();
  }

  send(parts: Partial<CoapMessage>): void {
    this.#wire.deliver(datagram({ messageId: this.#messageId++, ...parts }));
  }

  /** Answers a request of our endpoint in the acknowledgement. */
  answer({ messageId, token }: CoapMessage, parts: Partial<CoapMessage>): void {
    this.#wire.deliver(datagram({ type: MessageType.ACK, messageId, token, ...parts }));
  }

  reply({ messageId }: CoapMessage, type: MessageType): void {
    this.#wire.deliver(datagram({ type, messageId, code: 0 }));
  }
}

export function block1(number: number, more: boolean, size: BlockSize): CoapOption {
  return blockToOption(OptionNumber.Block1, { number, more, size });
}

export function block2(number: number, more: boolean, size: BlockSize): CoapOption {
  return blockToOption(OptionNumber.Block2, { number, more, size });
}

/** A message as RFC 7959 writes it: "2.31 1:0/1/128". */
export function drawn(message: CoapMessage): string {
  const parts = [codeText(message.code)];
  for (const [name, number] of [
    ["1", OptionNumber.Block1],
    ["2", OptionNumber.Block2],
  ] as const) {
    const block = blockOption(message.options, number);
    if (block !== undefined) parts.push(`${name}:${block === "reserved" ? block : shape(block)}`);
  }
  return parts.join(" ");
}

function shape({ number, more, size }: Block): string {
  return `${number}/${more ? 1 : 0}/${size}`;
}

export async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "no failure";
  } catch (error) {
    assert.ok(error instanceof CodedError, String(error));
    return error.code;
  }
}
