import type { DtlsConnection, DtlsEvent, DtlsSession, Need, NeedAnswer } from "../../src/dtls/connection.ts";
import type { DtlsError } from "../../src/dtls/dtls-error.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/util/bytes.ts";

export const session: DtlsSession = {
  cipherSuite: 0xc0ae,
  cipherSuiteName: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
  extendedMasterSecret: true,
  peerChain: [],
  tlsUnique: new Uint8Array(12),
  resumed: false,
  handshake: { bytesSent: 1, bytesReceived: 2, datagramsSent: 3, datagramsReceived: 4, milliseconds: 5 },
};

/** A DtlsConnection that does what the test tells it and keeps a diary of what was done to it. */
export class ScriptedDtls implements DtlsConnection {
  readonly diary: string[] = [];
  deadline: number | undefined;
  readonly #datagrams: Uint8Array[] = [encodeUtf8("ClientHello")];
  readonly #events: DtlsEvent[] = [];
  #onDatagram: (text: string) => void = () => {};

  /** Runs inside handleDatagram, before the driver looks for what to send. */
  whenDatagram(script: (text: string) => void): void {
    this.#onDatagram = script;
  }

  queue(text: string): void {
    this.#datagrams.push(encodeUtf8(text));
  }

  connect(): void {
    this.#events.push({ type: "connected", session });
  }

  deliver(text: string): void {
    this.#events.push({ type: "data", plaintext: encodeUtf8(text) });
  }

  ask(id: number, need: Need): void {
    this.#events.push({ type: "need", id, need, deadline: 60_000 });
  }

  cancel(id: number): void {
    this.#events.push({ type: "needCancelled", id });
  }

  end(error?: DtlsError): void {
    this.#events.push({ type: "closed", ...(error && { error }) });
  }

  handleDatagram(datagram: Uint8Array): void {
    this.#onDatagram(decodeUtf8(datagram, "test"));
  }

  handleTime(now: number): void {
    this.diary.push(`time ${now}`);
    this.deadline = undefined;
  }

  nextDatagram(): Uint8Array | undefined {
    return this.#datagrams.shift();
  }

  nextDeadline(): number | undefined {
    return this.deadline;
  }

  nextEvent(): DtlsEvent | undefined {
    return this.#events.shift();
  }

  resume(id: number, answer: NeedAnswer): void {
    this.diary.push(`resume ${id} ${answer.kind}`);
  }

  refuse(id: number, error: Error): void {
    this.diary.push(`refuse ${id} ${error.message}`);
  }

  send(plaintext: Uint8Array): void {
    this.#datagrams.push(plaintext);
  }

  close(): void {
    this.diary.push("close");
    this.queue("close_notify");
  }
}
