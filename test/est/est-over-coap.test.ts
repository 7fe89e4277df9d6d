import assert from "node:assert/strict";
import { test } from "node:test";
import type { CoapEndpoint } from "../../src/coap/endpoint.ts";
import type { CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { Code } from "../../src/coap/message.ts";
import { EstClient } from "../../src/est/est-client.ts";
import { parseCertsOnly } from "../../src/pki/certs-only.ts";
import { fromHex } from "../../src/util/bytes.ts";
import type { Timers } from "../../src/util/time.ts";
import { pair } from "../support/coap-pair.ts";
import { certificateSession } from "../support/fake-association.ts";
import { enrolRequest, enrolResponse } from "../support/rfc9148-examples.ts";

const csr = fromHex(enrolRequest);
const { certificates } = parseCertsOnly(fromHex(enrolResponse));
const issued: CoapResponse = { code: Code.Changed, contentFormat: 281, payload: fromHex(enrolResponse) };

function estClient(endpoint: CoapEndpoint, timers: Timers): EstClient {
  const association = {
    session: certificateSession,
    peer: "192.0.2.1:5684",
    send: (request: CoapRequest, signal?: AbortSignal) => endpoint.send(request, signal && { signal }),
    adoptObservation: () => undefined,
    onClosed: () => {},
    close: async () => {},
  };
  return new EstClient(association, { root: ["est"] }, { timers });
}

test("request and certificate travel in blocks of 64 bytes, the size of RFC 9148's appendix B", async () => {
  const received: CoapRequest[] = [];
  const handle = (request: CoapRequest): CoapResponse => {
    received.push(request);
    return issued;
  };
  const small = { blockSize: 64 } as const;
  const { time, client, far } = pair({ handle, parameters: small, clientParameters: small });
  let datagrams = 0;
  const { send } = far;
  far.send = (datagram) => {
    datagrams++;
    send.call(far, datagram);
  };
  const answer = estClient(client, time).enrol(csr);
  await time.advance(60_000);
  assert.deepEqual(await answer, certificates);
  assert.deepEqual(received[0]?.payload, csr);
  assert.equal(received.length, 1);
  // 399 bytes up are 7 blocks, the last of which is answered with the first of 10 down.
  assert.equal(datagrams, 7 + 9);
});

test("a server that takes half a minute acknowledges first and answers on its own", async () => {
  const { time, client } = pair({
    handle: () => new Promise<CoapResponse>((resolve) => time.schedule(30_000, () => resolve(issued))),
  });
  const answer = estClient(client, time).enrol(csr);
  await time.advance(31_000);
  assert.deepEqual(await answer, certificates);
});

test("a server that never answers is EST_UNREACHABLE in the end", async () => {
  const { time, client } = pair({ handle: () => new Promise<CoapResponse>(() => {}) });
  const answer = assert.rejects(estClient(client, time).enrol(csr), { code: "EST_UNREACHABLE", retryable: true });
  await time.advance(300_000);
  await answer;
});
