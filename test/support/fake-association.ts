import type { Association } from "../../src/association/association.ts";
import type { CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { Code } from "../../src/coap/message.ts";
import type { DtlsSession } from "../../src/dtls/connection.ts";

export const certificateSession: DtlsSession = {
  cipherSuite: 0xc0ae,
  cipherSuiteName: "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8",
  extendedMasterSecret: true,
  resumed: false,
  peerChain: [Uint8Array.of(0x30, 0x00)],
  tlsUnique: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
  handshake: { bytesSent: 0, bytesReceived: 0, datagramsSent: 0, datagramsReceived: 0, milliseconds: 0 },
};

/** An association whose peer is a function; keeps what was sent. */
export class FakeAssociation implements Association {
  readonly peer = "192.0.2.1:5684";
  readonly session?: DtlsSession;
  readonly sent: CoapRequest[] = [];
  closed = false;
  readonly #answer: (request: CoapRequest, count: number) => CoapResponse | Promise<CoapResponse>;

  constructor(
    answer: (request: CoapRequest, count: number) => CoapResponse | Promise<CoapResponse>,
    session: DtlsSession | "none" = certificateSession,
  ) {
    this.#answer = answer;
    if (session !== "none") this.session = session;
  }

  /** "POST est/sen" and so on, in order. */
  get lines(): readonly string[] {
    return this.sent.map(({ method, path }) => `${["", "GET", "POST"][method]} ${path.join("/")}`);
  }

  async send(request: CoapRequest): Promise<CoapResponse> {
    this.sent.push(request);
    return this.#answer(request, this.sent.length);
  }

  adoptObservation(): undefined {}

  onClosed(): void {}

  async close(): Promise<void> {
    this.closed = true;
  }
}

export const notFound: CoapResponse = { code: Code.NotFound };
