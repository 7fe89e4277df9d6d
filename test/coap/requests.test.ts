import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeMessage } from "../../src/coap/codec.ts";
import type { CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { type CoapMessage, Code, codeText, MessageType } from "../../src/coap/message.ts";
import { OptionNumber } from "../../src/coap/options.ts";
import { toHex } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { datagram, option, request } from "../support/coap-messages.ts";
import type { NetworkEnd } from "../support/coap-network.ts";
import { pair, scripted } from "../support/coap-pair.ts";

const ok: CoapResponse = { code: Code.Content, payload: Uint8Array.of(1, 2, 3) };

describe("a request of the peer", () => {
  test("is answered in the acknowledgement when the handler is quick", async () => {
    const { wire, time } = scripted(() => ok);
    wire.deliver(datagram({ messageId: 5, token: Uint8Array.of(9) }));
    await time.advance(1);
    const [answer, ...more] = sent(wire);
    assert.deepEqual(more, []);
    assert.deepEqual(headOf(answer), { type: MessageType.ACK, code: "2.05", messageId: 5, token: "09" });
    assert.equal(time.armed, 0);
  });

  test("is acknowledged after 250 ms and answered separately when the handler is slow", async () => {
    const slow = later<CoapResponse>();
    let calls = 0;
    const { wire, time } = scripted(() => {
      calls++;
      return slow.promise;
    });
    const bytes = datagram({ messageId: 5, token: Uint8Array.of(9) });
    wire.deliver(bytes);
    await time.advance(249);
    assert.equal(wire.sent.length, 0);
    await time.advance(1);
    assert.deepEqual(headOf(sent(wire)[0]), { type: MessageType.ACK, code: "0.00", messageId: 5, token: "" });
    wire.deliver(bytes);
    assert.equal(wire.sent.length, 2);
    slow.resolve(ok);
    await time.advance(1);
    const answer = sent(wire)[2];
    assert.equal(answer?.type, MessageType.CON);
    assert.equal(toHex(answer?.token ?? new Uint8Array(0)), "09");
    assert.notEqual(answer?.messageId, 5);
    wire.deliver(datagram({ type: MessageType.ACK, code: 0, messageId: answer?.messageId ?? 0 }));
    await time.advance(100_000);
    assert.equal(wire.sent.length, 3);
    assert.equal(calls, 1);
  });

  test("that is non-confirmable gets a non-confirmable answer, and no answer to a duplicate", async () => {
    let calls = 0;
    const { wire, time } = scripted(() => {
      calls++;
      return ok;
    });
    const bytes = datagram({ type: MessageType.NON, messageId: 5, token: Uint8Array.of(9) });
    wire.deliver(bytes);
    wire.deliver(bytes);
    await time.advance(1000);
    wire.deliver(bytes);
    await time.advance(1000);
    assert.equal(calls, 1);
    assert.equal(wire.sent.length, 1);
    assert.equal(sent(wire)[0]?.type, MessageType.NON);
  });

  test("whose handler throws, at once or later, is answered 5.00", async () => {
    for (const handle of [
      () => {
        throw new Error("broken");
      },
      () => Promise.reject(new Error("broken")),
    ]) {
      const { wire, time } = scripted(handle);
      wire.deliver(datagram({ messageId: 5 }));
      await time.advance(1);
      assert.equal(headOf(sent(wire)[0]).code, "5.00");
    }
  });

  test("whose answer has no wire form is answered 5.00 too", async () => {
    const { wire, time } = scripted(() => ({ ...ok, options: [option(70_000, "x")] }));
    wire.deliver(datagram({ messageId: 5 }));
    await time.advance(1);
    assert.equal(headOf(sent(wire)[0]).code, "5.00");
  });

  test("beyond the number that may be handled at once is answered 5.03", async () => {
    const { wire, time } = scripted(() => new Promise(() => {}), { maxConcurrentRequests: 3 });
    for (let messageId = 0; messageId < 5; messageId++) wire.deliver(datagram({ messageId }));
    await time.advance(1);
    assert.deepEqual(
      sent(wire).map((answer) => headOf(answer).code),
      ["5.03", "5.03"],
    );
  });

  const refusals: [what: string, parts: Partial<CoapMessage>, code: string][] = [
    ["an unknown method", { code: 0x08 }, "4.05"],
    ["the highest request code", { code: 0x1f }, "4.05"],
    ["an unknown critical option", { options: [option(65001, "x")] }, "4.02"],
    ["OSCORE, which we do not speak", { options: [option(9, "x")] }, "4.02"],
    ["If-Match, when the handler does not act on it", { options: [option(OptionNumber.IfMatch, "x")] }, "4.02"],
    ["a Uri-Port that is too long", { options: [option(OptionNumber.UriPort, "xyz")] }, "4.02"],
    ["two Accept options", { options: [option(OptionNumber.Accept, [1]), option(OptionNumber.Accept, [2])] }, "4.02"],
    ["a request to a proxy", { options: [option(OptionNumber.ProxyUri, "coap://x")] }, "5.05"],
    ["a path that is not UTF-8", { options: [option(OptionNumber.UriPath, [0xff])] }, "4.00"],
    ["a reserved Block1 size", { options: [option(OptionNumber.Block1, [7])] }, "4.00"],
    ["a reserved Block2 size", { options: [option(OptionNumber.Block2, [7])] }, "4.00"],
  ];
  for (const [what, parts, code] of refusals) {
    test(`with ${what} is answered ${code} without asking the handler`, async () => {
      let calls = 0;
      const { wire, time } = scripted(() => {
        calls++;
        return ok;
      });
      wire.deliver(datagram({ messageId: 5, ...parts }));
      await time.advance(1);
      assert.equal(headOf(sent(wire)[0]).code, code);
      assert.equal(calls, 0);
    });
  }

  test("that is non-confirmable and has an unknown critical option is dropped", async () => {
    const { wire, time } = scripted(() => ok);
    wire.deliver(datagram({ type: MessageType.NON, options: [option(65001, "x")] }));
    await time.advance(1000);
    assert.equal(wire.sent.length, 0);
    assert.equal(time.armed, 0);
  });

  test("brings the handler critical options that it says it acts on, and elective ones it may know", async () => {
    const seen: CoapRequest[] = [];
    const handle = (whole: CoapRequest) => {
      seen.push(whole);
      return ok;
    };
    const { wire, time } = scripted(handle, {}, [OptionNumber.IfMatch]);
    const options = [
      option(OptionNumber.IfMatch, "x"),
      option(65000, "y"),
      option(OptionNumber.ContentFormat, [1, 2, 3]),
    ];
    wire.deliver(datagram({ options }));
    await time.advance(1);
    assert.deepEqual(
      seen[0]?.options.map(({ number }) => number),
      [OptionNumber.IfMatch, 65000],
    );
    assert.equal(seen[0]?.contentFormat, undefined);
  });

  const noResponse: [value: number[], code: number, answered: boolean][] = [
    [[], Code.Content, true],
    [[2], Code.Content, false],
    [[2], Code.NotFound, true],
    [[8], Code.NotFound, false],
    [[16], Code.InternalServerError, false],
    [[24], Code.Content, true],
    [[26], Code.InternalServerError, false],
  ];
  for (const [value, code, answered] of noResponse) {
    test(`with No-Response ${value} and an answer ${codeText(code)} gets ${answered ? "it" : "none"}`, async () => {
      const options = [option(OptionNumber.NoResponse, value)];
      const { wire, time } = scripted(() => ({ code }));
      wire.deliver(datagram({ messageId: 5, options }));
      wire.deliver(datagram({ type: MessageType.NON, messageId: 6, options }));
      await time.advance(1);
      const expected = answered ? [codeText(code), codeText(code)] : ["0.00"];
      assert.deepEqual(
        sent(wire).map((answer) => headOf(answer).code),
        expected,
      );
    });
  }
});

describe("a request of ours", () => {
  test("is answered separately: before or after the empty acknowledgement, or without one", async () => {
    for (const order of [["ack", "response"], ["response", "ack"], ["response"]]) {
      const { wire, time, endpoint } = scripted();
      const pending = endpoint.send(request({}));
      await time.advance(1);
      const [mine] = sent(wire);
      assert.ok(mine);
      for (const what of order) {
        if (what === "ack") wire.deliver(datagram({ type: MessageType.ACK, code: 0, messageId: mine.messageId }));
        else
          wire.deliver(datagram({ code: Code.Content, messageId: 77, token: mine.token, payload: Uint8Array.of(4) }));
      }
      assert.deepEqual((await pending).payload, Uint8Array.of(4));
      await time.advance(100_000);
      assert.deepEqual(sent(wire).slice(1).map(headOf), [
        { type: MessageType.ACK, code: "0.00", messageId: 77, token: "" },
      ]);
      assert.equal(time.armed, 0);
    }
  });

  test("takes a non-confirmable response", async () => {
    const { wire, time, endpoint } = scripted();
    const pending = endpoint.send(request({}), { confirmable: false });
    await time.advance(1);
    const [mine] = sent(wire);
    assert.equal(mine?.type, MessageType.NON);
    wire.deliver(
      datagram({ type: MessageType.NON, code: Code.Changed, messageId: 77, token: mine?.token ?? new Uint8Array(0) }),
    );
    assert.equal((await pending).code, Code.Changed);
    assert.equal(wire.sent.length, 1);
  });

  const failures: [what: string, expected: string, script: (wire: NetworkEnd, mine: CoapMessage) => void][] = [
    ["no answer at all", "COAP_TIMEOUT", () => {}],
    [
      "nothing but an acknowledgement",
      "COAP_TIMEOUT",
      (wire, { messageId }) => wire.deliver(datagram({ type: MessageType.ACK, code: 0, messageId })),
    ],
    [
      "a Reset",
      "COAP_RESET",
      (wire, { messageId }) => wire.deliver(datagram({ type: MessageType.RST, code: 0, messageId })),
    ],
    [
      "a response with an unknown critical option",
      "COAP_BAD_RESPONSE",
      (wire, { messageId, token }) =>
        wire.deliver(
          datagram({ type: MessageType.ACK, code: Code.Content, messageId, token, options: [option(65001, "")] }),
        ),
    ],
    [
      "a response whose Location-Path is not UTF-8",
      "COAP_BAD_RESPONSE",
      (wire, { messageId, token }) =>
        wire.deliver(
          datagram({ type: MessageType.ACK, code: Code.Created, messageId, token, options: [option(8, [0xff])] }),
        ),
    ],
    ["the end of the session", "COAP_CLOSED", (wire) => wire.close(new Error("path gone"))],
  ];
  for (const [what, expected, script] of failures) {
    test(`fails with ${expected} on ${what}`, async () => {
      const { wire, time, endpoint } = scripted();
      const outcome = failureOf(endpoint.send(request({})));
      await time.advance(1);
      const [mine] = sent(wire);
      assert.ok(mine);
      script(wire, mine);
      await time.advance(200_000);
      assert.equal(await outcome, expected);
      assert.equal(time.armed, 0);
      assert.equal(endpoint.occupancy.waitingResponses, 0);
    });
  }

  test("can be given up by its caller, before it is sent, in the queue and under way", async () => {
    const { wire, time, endpoint } = scripted();
    const controllers = [new AbortController(), new AbortController()];
    const outcomes = controllers.map(({ signal }) => failureOf(endpoint.send(request({}), { signal })));
    outcomes.push(failureOf(endpoint.send(request({}), { signal: AbortSignal.abort() })));
    await time.advance(10);
    assert.equal(wire.sent.length, 1);
    for (const controller of controllers) controller.abort();
    assert.deepEqual(await Promise.all(outcomes), ["COAP_ABORTED", "COAP_ABORTED", "COAP_ABORTED"]);
    await time.advance(100_000);
    // The second got its turn for the moment between the two calls of abort().
    assert.equal(wire.sent.length, 2);
    assert.equal(time.armed, 0);
  });

  test("after the end of the session fails at once", async () => {
    const { wire, endpoint } = scripted();
    endpoint.close();
    assert.equal(await failureOf(endpoint.send(request({}))), "COAP_CLOSED");
    assert.equal(wire.sent.length, 0);
  });

  test("is repeated once, with the Echo value the peer asks for", async () => {
    const { wire, time, endpoint } = scripted();
    const pending = endpoint.send(request({ path: ["a"] }));
    const echo = option(OptionNumber.Echo, "fresh");
    for (let turn = 0; turn < 2; turn++) {
      await time.advance(1);
      const mine = sent(wire)[turn];
      assert.ok(mine);
      assert.deepEqual(mine.options.filter(({ number }) => number === OptionNumber.Echo).length, turn);
      const { messageId, token } = mine;
      wire.deliver(datagram({ type: MessageType.ACK, code: Code.Unauthorized, messageId, token, options: [echo] }));
    }
    assert.equal((await pending).code, Code.Unauthorized);
    assert.equal(wire.sent.length, 2);
    assert.notEqual(toHex(sent(wire)[0]?.token ?? new Uint8Array(0)), toHex(sent(wire)[1]?.token ?? new Uint8Array(0)));
  });

  test("never shares a token with another, and tokens do not come back", async () => {
    const { client, time, near } = pair({ handle: () => ok });
    for (let i = 0; i < 300; i++) {
      const pending = client.send(request({}));
      await time.advance(30);
      await pending;
    }
    assert.equal(new Set(near.sent.map((bytes) => toHex(decodeMessage(bytes).token))).size, 300);
  });
});

test("responses nobody waits for: a confirmable one gets a Reset, a non-confirmable one nothing", async () => {
  const { wire } = scripted();
  wire.deliver(datagram({ code: Code.Content, messageId: 5, token: Uint8Array.of(1) }));
  wire.deliver(datagram({ type: MessageType.NON, code: Code.Content, messageId: 6, token: Uint8Array.of(1) }));
  assert.deepEqual(sent(wire).map(headOf), [{ type: MessageType.RST, code: "0.00", messageId: 5, token: "" }]);
});

test("a ping is answered by a Reset, and ours resolves with the peer's", async () => {
  const { client, server, time } = pair();
  const pings = Promise.all([client.ping(), client.ping(), server.ping()]);
  await time.advance(100);
  await pings;
});

test("a ping to a silent peer fails within 93 s", async () => {
  const { endpoint, time } = scripted();
  const outcome = failureOf(endpoint.ping());
  await time.advance(93_000);
  assert.equal(await outcome, "COAP_TIMEOUT");
});

test("a transport that throws loses the datagram, and the retransmission gets through", async () => {
  const { client, time, near } = pair({ handle: () => ok });
  const send = near.send.bind(near);
  let failures = 1;
  near.send = (bytes) => {
    if (failures-- > 0) throw new Error("no route");
    send(bytes);
  };
  const pending = client.send(request({}));
  await time.advance(5000);
  assert.equal((await pending).code, Code.Content);
});

function sent(wire: NetworkEnd): CoapMessage[] {
  return wire.sent.map((bytes) => decodeMessage(bytes));
}

function headOf(message: CoapMessage | undefined) {
  assert.ok(message);
  const { type, code, messageId, token } = message;
  return { type, code: codeText(code), messageId, token: toHex(token) };
}

async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "no failure";
  } catch (error) {
    assert.ok(error instanceof CodedError);
    return error.code;
  }
}

function later<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
