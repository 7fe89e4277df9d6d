import { CodedError, DecodeError } from "../util/coded-error.ts";
import { AlertDescription, AlertLevel, alertForCode, alertName, decodeAlert, encodeAlert } from "./alert.ts";
import type { DtlsConnection, DtlsEvent, NeedAnswer } from "./connection.ts";
import { DtlsError } from "./dtls-error.ts";
import { decodeFragments, type HandshakeFragment } from "./flight/handshake-fragment.ts";
import { HandshakeType } from "./handshake/handshake-type.ts";
import { HandshakeDriver } from "./handshake-driver.ts";
import { Needs } from "./needs.ts";
import { EarlyRecords } from "./record/early-records.ts";
import { ContentType, type DtlsRecord, decodeRecords } from "./record/record.ts";
import { type Epoch, RecordLayer } from "./record/record-layer.ts";
import type { ResumableSession } from "./resumable-session.ts";
import { describeSession } from "./session.ts";
import type { SessionCache } from "./session-cache.ts";
import type { DtlsPorts, Settings } from "./settings.ts";
import type { HandshakeContext, HandshakeOutcome } from "./states/handshake-context.ts";
import type { HandshakeState } from "./states/handshake-state.ts";
import { Traffic } from "./traffic.ts";

/** Where a connection begins, when a listener spoke for it before (RFC 6347 §4.2.1); zero otherwise. */
export interface FirstSequences {
  readonly recordSequence: number;
  readonly messageSequence: number;
}

export interface ConnectionCoreOptions {
  readonly role: "client" | "server";
  readonly settings: Settings;
  readonly ports: DtlsPorts;
  readonly first?: FirstSequences;
  /** Keeps what can be resumed, and loses what failed. */
  readonly sessions?: SessionCache;
}

/** What the two roles have in common: records, alerts, application data, needs and the end. */
export class ConnectionCore implements DtlsConnection {
  readonly #role: "client" | "server";
  readonly #connectionIdLength: number;
  readonly #sessions: SessionCache | undefined;
  readonly #records: RecordLayer;
  readonly #early = new EarlyRecords();
  readonly #traffic = new Traffic();
  readonly #events: DtlsEvent[] = [];
  readonly #needs: Needs;
  readonly #handshake: HandshakeDriver;
  #phase: "idle" | "handshake" | "established" | "closed" = "idle";
  #now = 0;
  #resumable: ResumableSession | undefined;

  constructor({ role, settings, ports, first, sessions }: ConnectionCoreOptions) {
    this.#role = role;
    this.#connectionIdLength = settings.connectionIdLength || 0;
    this.#sessions = sessions;
    this.#records = new RecordLayer(first?.recordSequence ?? 0);
    this.#needs = new Needs(settings.needTimeoutMs, (event) => this.#events.push(event));
    this.#handshake = new HandshakeDriver({
      settings,
      ports,
      records: this.#records,
      needs: this.#needs,
      transmit: (datagram) => this.#traffic.send(datagram),
      onConnected: (outcome) => this.#establish(outcome),
      firstMessageSequence: first?.messageSequence ?? 0,
    });
  }

  /** Leaves idle; no effect later. */
  protected begin(start: (context: HandshakeContext) => HandshakeState, now: number): void {
    if (this.#phase !== "idle") return;
    this.#phase = "handshake";
    this.#traffic.start(now);
    this.#guarded(now, () => this.#handshake.begin(start, now));
  }

  handleDatagram(datagram: Uint8Array, now: number): void {
    if (this.#phase === "closed" || this.#phase === "idle") return;
    this.#traffic.received(datagram);
    for (const record of decodeRecords(datagram, this.#connectionIdLength))
      this.#guarded(now, () => this.#handleRecord(record));
    this.#readEarlyRecords(now);
  }

  handleTime(now: number): void {
    this.#guarded(now, () => {
      const expired = this.#needs.expired(now);
      if (expired) throw expired;
      this.#handshake.handleTime(now);
    });
  }

  /** Sequence number of the newest authentic record under keys; -1 before the first. */
  get newestSequence(): number {
    return this.#records.newestSequence;
  }

  nextDatagram(): Uint8Array | undefined {
    return this.#traffic.next();
  }

  nextDeadline(): number | undefined {
    const { deadline } = this.#needs;
    const retransmission = this.#handshake.deadline;
    if (deadline === undefined || retransmission === undefined) return deadline ?? retransmission;
    return Math.min(deadline, retransmission);
  }

  nextEvent(): DtlsEvent | undefined {
    return this.#events.shift();
  }

  resume(id: number, answer: NeedAnswer, now: number): void {
    this.#guarded(now, () => this.#handshake.resume(id, answer, now));
    this.#readEarlyRecords(now);
  }

  refuse(id: number, error: Error, now: number): void {
    this.#guarded(now, () => {
      const failure = this.#needs.refuse(id, error);
      if (failure) throw failure;
    });
  }

  send(plaintext: Uint8Array): void {
    if (this.#phase !== "established") throw new DtlsError("NOT_CONNECTED", `no established session: ${this.#phase}`);
    const { maxPlaintextBytes } = this.#records;
    if (plaintext.length > maxPlaintextBytes) {
      throw new RangeError(`${plaintext.length} bytes in one record, at most ${maxPlaintextBytes} allowed`);
    }
    this.#traffic.send(this.#records.protect(ContentType.application_data, 1, plaintext));
  }

  close(now: number): void {
    this.#guarded(now, () => {
      if (this.#phase === "established") this.#sendAlert(AlertLevel.warning, AlertDescription.close_notify);
      this.#end();
    });
  }

  /** Runs one input; whatever goes wrong in it ends this connection and is never thrown at the caller. */
  #guarded(now: number, input: () => void): void {
    if (this.#phase === "closed") return;
    this.#now = now;
    try {
      input();
    } catch (error) {
      this.#fail(toDtlsError(error));
    }
  }

  #handleRecord(record: DtlsRecord): void {
    if (record.epoch === 1 && !this.#records.canRead) this.#early.keep(record);
    const opened = this.#records.open(record);
    if (!opened) return;
    const { type, plaintext } = opened;
    const epoch = record.epoch === 0 ? 0 : 1;
    switch (type) {
      case ContentType.handshake:
        this.#handleHandshake(plaintext, epoch);
        break;
      case ContentType.alert:
        this.#handleAlert(plaintext, epoch);
        break;
      case ContentType.application_data:
        this.#handleApplicationData(plaintext, epoch);
        break;
      case ContentType.change_cipher_spec:
        // Says nothing that the epoch of Finished does not prove, and may come in any order with it.
        break;
    }
  }

  #readEarlyRecords(now: number): void {
    if (!this.#records.canRead) return;
    for (const record of this.#early.takeAll()) this.#guarded(now, () => this.#handleRecord(record));
  }

  #handleHandshake(payload: Uint8Array, epoch: Epoch): void {
    const fragments = readFragments(payload);
    if (this.#phase === "established" && fragments.some(({ type }) => type === this.#renegotiation)) {
      // RFC 5246 §7.2.2: refused, and nothing else happens.
      this.#sendAlert(AlertLevel.warning, AlertDescription.no_renegotiation);
    } else {
      const wanted = fragments.filter(({ type }) => this.#takes(type));
      this.#handshake.receive(wanted, epoch, this.#now);
    }
  }

  /** What the peer would ask for a new handshake with. */
  get #renegotiation(): HandshakeType {
    return this.#role === "client" ? HandshakeType.hello_request : HandshakeType.client_hello;
  }

  /** A HelloRequest within a handshake is ignored (RFC 5246 §7.4.1.1); so is a ClientHello that a server sends. */
  #takes(type: number): boolean {
    return type !== HandshakeType.hello_request && !(this.#role === "client" && type === HandshakeType.client_hello);
  }

  #handleAlert(payload: Uint8Array, epoch: Epoch): void {
    if (payload.length !== 2) return;
    const { level, description } = decodeAlert(payload);
    const ends = level === AlertLevel.fatal || description === AlertDescription.close_notify;
    if (!ends) return;
    if (epoch === 0) {
      this.#handshake.noteUnauthenticatedAlert(description);
      return;
    }
    if (description !== AlertDescription.close_notify) {
      throw new DtlsError("ALERT_RECEIVED", `the peer sent alert ${alertName(description)}`, { alert: description });
    }
    this.#sendAlert(AlertLevel.warning, AlertDescription.close_notify);
    this.#end(
      this.#phase === "established" ? undefined : new DtlsError("CLOSED", "the peer closed within the handshake"),
    );
  }

  /** Before the peer's Finished is verified its data is not believed; CoAP sends it again. */
  #handleApplicationData(plaintext: Uint8Array, epoch: Epoch): void {
    if (this.#phase !== "established" || epoch === 0) return;
    this.#handshake.forgetLastFlight();
    this.#events.push({ type: "data", plaintext });
  }

  #establish(outcome: HandshakeOutcome): void {
    this.#phase = "established";
    this.#records.refusePlaintext();
    this.#resumable = outcome.resumable;
    if (outcome.resumable && !outcome.resumed) this.#sessions?.store(outcome.resumable, this.#now);
    this.#events.push({ type: "connected", session: describeSession(outcome, this.#traffic.figures(this.#now)) });
  }

  /** Once established, only what is authentic gets here; then the session is not resumed either (RFC 5246 §7.2.2). */
  #fail(error: DtlsError): void {
    if (this.#resumable) this.#sessions?.remove(this.#resumable.sessionId);
    const alert = error.code === "ALERT_RECEIVED" ? undefined : (error.alert ?? alertForCode(error.code));
    if (alert !== undefined) this.#sendAlert(AlertLevel.fatal, alert);
    this.#end(error);
  }

  #end(error?: DtlsError): void {
    this.#phase = "closed";
    this.#needs.cancelAll();
    this.#handshake.stop();
    this.#events.push(error ? { type: "closed", error } : { type: "closed" });
  }

  #sendAlert(level: number, description: number): void {
    try {
      const alert = encodeAlert({ level, description });
      this.#traffic.send(this.#records.protect(ContentType.alert, this.#handshake.writeEpoch, alert));
    } catch {
      // Only when the sequence numbers are used up: then silence is all that is left.
    }
  }
}

/** What does not parse is dropped like any other invalid record (RFC 6347 §4.1.2.7). */
function readFragments(payload: Uint8Array): readonly HandshakeFragment[] {
  try {
    return decodeFragments(payload);
  } catch {
    return [];
  }
}

function toDtlsError(error: unknown): DtlsError {
  if (error instanceof DtlsError) return error;
  if (error instanceof DecodeError) return new DtlsError("PEER_MALFORMED", error.message, { cause: error });
  const message = error instanceof CodedError ? error.message : "unexpected failure while handling the peer's message";
  return new DtlsError("PEER_MISBEHAVED", message, { cause: error, alert: AlertDescription.internal_error });
}
