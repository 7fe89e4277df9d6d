import { AlertDescription, alertName } from "./alert.ts";
import type { Need, NeedAnswer } from "./connection.ts";
import { DtlsError } from "./dtls-error.ts";
import { encodeFragment, type HandshakeFragment } from "./flight/handshake-fragment.ts";
import { type FlightItem, packFlight } from "./flight/outgoing-flight.ts";
import { type ReassembledMessage, Reassembly } from "./flight/reassembly.ts";
import { RetransmissionTimer } from "./flight/retransmission-timer.ts";
import { HandshakeType } from "./handshake/handshake-type.ts";
import { Transcript } from "./handshake/transcript.ts";
import type { AskOptions, Needs, Pending } from "./needs.ts";
import type { ConnectionIds } from "./record/connection-ids.ts";
import type { Epoch, RecordLayer } from "./record/record-layer.ts";
import type { TrafficKeys } from "./record/record-protection.ts";
import type { DtlsPorts, Settings } from "./settings.ts";
import type { HandshakeContext, HandshakeOutcome } from "./states/handshake-context.ts";
import type { HandshakeState } from "./states/handshake-state.ts";

/** What the driver is put together with. */
export interface HandshakeDriverParts {
  readonly settings: Settings;
  readonly ports: DtlsPorts;
  readonly records: RecordLayer;
  readonly needs: Needs;
  readonly transmit: (datagram: Uint8Array) => void;
  readonly onConnected: (outcome: HandshakeOutcome) => void;
  /** message_seq of the first message in either direction: 1 after a HelloVerifyRequest of a stateless listener. */
  readonly firstMessageSequence: number;
}

/**
 * Drives the states: gives them messages in order and answers, sends their flights and sends them again. What is said
 * is the states' business; when it is said, and how often, is decided here (RFC 6347 §4.2.4).
 */
export class HandshakeDriver implements HandshakeContext {
  readonly settings: Settings;
  readonly ports: DtlsPorts;
  readonly transcript = new Transcript();
  readonly #parts: HandshakeDriverParts;
  readonly #reassembly: Reassembly;
  readonly #timer: RetransmissionTimer;
  #state: HandshakeState | undefined;
  #now = 0;
  #nextMessageSequence: number;
  #epoch: Epoch = 0;
  /** The flight being made. */
  #draft: FlightItem[] = [];
  /** The flight sent last. */
  #flight: readonly FlightItem[] = [];
  #flightSentAt = 0;
  /** message_seq that ended the peer's flight which ours answers: seen again, the peer has not had our answer. */
  #answeredSequence = -1;
  #alertHint: number | undefined;

  constructor(parts: HandshakeDriverParts) {
    this.settings = parts.settings;
    this.ports = parts.ports;
    this.#parts = parts;
    this.#reassembly = new Reassembly(parts.settings.maxHandshakeMessageBytes, parts.firstMessageSequence);
    this.#timer = new RetransmissionTimer(parts.settings);
    this.#nextMessageSequence = parts.firstMessageSequence;
  }

  get now(): number {
    return this.#now;
  }

  get done(): boolean {
    return this.#state?.kind === "done";
  }

  /** Epoch of what is sent now. */
  get writeEpoch(): Epoch {
    return this.#flight.some((item) => item.kind === "changeCipherSpec") ? 1 : 0;
  }

  get deadline(): number | undefined {
    return this.#timer.deadline;
  }

  begin(start: (context: HandshakeContext) => HandshakeState, now: number): void {
    this.#now = now;
    this.#state = start(this);
    this.#run();
  }

  /** Throws DtlsError or DecodeError when the handshake cannot go on. */
  receive(fragments: readonly HandshakeFragment[], epoch: Epoch, now: number): void {
    this.#now = now;
    let repeated = false;
    for (const fragment of fragments) {
      const fate = this.#reassembly.accept(fragment, epoch);
      repeated ||= fate === "old" && this.#endsAnsweredFlight(fragment);
    }
    this.#run();
    if (repeated) this.#answerAgain();
  }

  resume(id: number, answer: NeedAnswer, now: number): void {
    this.#now = now;
    if (this.#parts.needs.resume(id, answer)) this.#run();
  }

  /** Sends the flight again, or throws DtlsError when that was done often enough. */
  handleTime(now: number): void {
    this.#now = now;
    if (this.#timer.deadline === undefined || now < this.#timer.deadline) return;
    if (this.#alertHint !== undefined) throw this.#refusedInTheClear(this.#alertHint);
    if (this.#timer.exhausted) throw this.#timedOut();
    this.#timer.backOff(now);
    this.#transmit();
  }

  /**
   * An alert that nobody vouches for. It is kept until the timer runs out: when the peer's real answer comes first, it
   * was forged or late; when none comes, it is the best explanation there is.
   */
  noteUnauthenticatedAlert(description: number): void {
    this.#alertHint = description;
  }

  /** The peer uses the keys, so it has our last flight: no need to keep it. */
  forgetLastFlight(): void {
    if (this.done) this.#answeredSequence = -1;
  }

  /** The connection has ended. */
  stop(): void {
    this.#state = undefined;
    this.#timer.pause();
  }

  ask<T>(need: Need, options: AskOptions<T>): Pending<T> {
    return this.#parts.needs.ask(need, this.#now, options);
  }

  add(type: HandshakeType, body: Uint8Array): void {
    const messageSequence = this.#nextMessageSequence++;
    this.transcript.add(encodeFragment({ type, length: body.length, messageSequence, offset: 0, body }));
    this.#draft.push({ kind: "handshake", epoch: this.#epoch, type, messageSequence, body });
  }

  addChangeCipherSpec(): void {
    this.#draft.push({ kind: "changeCipherSpec" });
    this.#epoch = 1;
  }

  sendFlight({ last }: { last: boolean } = { last: false }): void {
    this.#flight = this.#draft;
    this.#draft = [];
    this.#answeredSequence = this.#reassembly.nextSequence - 1;
    if (last) this.#timer.pause();
    else this.#timer.start(this.#now);
    this.#transmit();
  }

  installKeys({ read, write }: { readonly read: TrafficKeys; readonly write: TrafficKeys }): void {
    this.#parts.records.installReadKeys(read);
    this.#parts.records.installWriteKeys(write);
  }

  useConnectionIds(ids: ConnectionIds): void {
    this.#parts.records.useConnectionIds(ids);
  }

  connected(outcome: HandshakeOutcome): void {
    this.#parts.onConnected(outcome);
  }

  #run(): void {
    while (this.#step()) {}
    // Only a peer that owes us an answer can let us wait in vain.
    if (this.#state?.kind === "message" && this.#flight.length > 0) this.#timer.run(this.#now);
    else this.#timer.pause();
  }

  /** False when nothing more can be done now. */
  #step(): boolean {
    const next = this.#successor();
    if (!next) return false;
    this.#state = next;
    return true;
  }

  #successor(): HandshakeState | undefined {
    if (this.#state?.kind === "answers") return this.#state.proceed(this);
    if (this.#state?.kind !== "message") return undefined;
    const message = this.#reassembly.take();
    if (!message) return undefined;
    checkEpoch(message);
    this.#alertHint = undefined;
    return this.#state.receive(message, this);
  }

  #endsAnsweredFlight({ messageSequence, offset, body, length }: HandshakeFragment): boolean {
    return messageSequence === this.#answeredSequence && offset + body.length === length;
  }

  /**
   * The peer sent its flight again (RFC 6347 §4.2.4). Not while we are busy with our answer; and not when ours has only
   * just gone out: the two crossed, or the network made a copy.
   */
  #answerAgain(): void {
    const recently = this.#now - this.#flightSentAt < this.settings.initialTimeoutMs / 2;
    if (this.#state?.kind === "answers" || recently) return;
    this.#transmit();
  }

  #transmit(): void {
    this.#flightSentAt = this.#now;
    for (const datagram of packFlight(this.#flight, this.settings.mtu, this.#parts.records)) {
      this.#parts.transmit(datagram);
    }
  }

  #timedOut(): DtlsError {
    const expected = this.#state?.kind === "message" ? this.#state.expects : "an answer";
    const attempts = this.#timer.retransmissions + 1;
    return new DtlsError(
      "HANDSHAKE_TIMEOUT",
      `no answer from the peer: ${expected} did not come, asked ${attempts} times`,
    );
  }

  #refusedInTheClear(description: number): DtlsError {
    return new DtlsError(
      "ALERT_RECEIVED",
      `the peer sent alert ${alertName(description)}, unauthenticated, and no answer`,
      {
        alert: description,
      },
    );
  }
}

/** Finished is the only message under keys (RFC 5246 §7.4.9). */
function checkEpoch({ type, epoch }: ReassembledMessage): void {
  if ((type === HandshakeType.finished) === (epoch === 1)) return;
  throw new DtlsError("PEER_MISBEHAVED", `a handshake message of type ${type} in epoch ${epoch}`, {
    alert: AlertDescription.unexpected_message,
  });
}
