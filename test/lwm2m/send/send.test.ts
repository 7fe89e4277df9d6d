import assert from "node:assert/strict";
import { test } from "node:test";
import { Code, codeText } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { parsePath } from "../../../src/formats/path.ts";
import type { AccessControl } from "../../../src/lwm2m/data-model/access-control.ts";
import { SendError } from "../../../src/lwm2m/send/send-error.ts";
import { CodedError } from "../../../src/util/coded-error.ts";
import { BenchAccount, timeout } from "../bench-account.ts";

async function unmuted(options: ConstructorParameters<typeof BenchAccount>[0] = {}): Promise<BenchAccount> {
  const bench = await new BenchAccount(options).started();
  mute(bench, false);
  bench.server.take();
  return bench;
}

function mute(bench: BenchAccount, muteSend: boolean): void {
  bench.device.server.replace({ ...bench.device.server.settings, muteSend });
}

const send = (bench: BenchAccount, paths: readonly string[], format?: 110 | 112 | 11544) =>
  bench.account.send(
    paths.map((path) => parsePath(path) ?? []),
    format,
  );

/** "sent", or the error's code. */
async function outcome(sending: Promise<void>): Promise<string> {
  try {
    await sending;
    return "sent";
  } catch (error) {
    return error instanceof CodedError ? error.code : String(error);
  }
}

test("Send posts the values to /dp, each once, as SenML CBOR unless told otherwise", async () => {
  const bench = await unmuted();
  await send(bench, ["/3/0/0", "/3/0/6", "/3/0/6/1"], ContentFormat.senmlJson);
  assert.deepEqual(bench.server.take(), ["POST /dp"]);
  assert.equal(
    bench.server.payloads.at(-1),
    '[{"bn":"/","n":"3/0/0","vs":"Acme"},{"n":"3/0/6/0","v":1},{"n":"3/0/6/1","v":5}]',
  );
  await send(bench, ["/3/0/0"]);
  assert.equal(bench.server.payloads.at(-1)?.includes("3/0/0"), true);
  await send(bench, ["/3/0/0"], ContentFormat.lwm2mCbor);
  assert.equal(bench.server.payloads.at(-1)?.includes("Acme"), true);
});

test("path and query of the server URI precede", async () => {
  const bench = await unmuted({ uriPath: ["some", "path"], uriQuery: ["x=y"] });
  await send(bench, ["/3/0/0"]);
  assert.deepEqual(bench.server.take(), ["POST /some/path/dp?x=y"]);
});

test("what is not registered, not readable or not for the server is left out", async () => {
  const access: AccessControl = { allows: (_, __, objectId) => objectId !== 33000 };
  const bench = await unmuted({ access });
  await send(bench, ["/0/0/0", "/9/0/0", "/33000/0/1", "/3/0/4", "/3/0/99", "/3/0/0"], ContentFormat.senmlJson);
  assert.equal(bench.server.payloads.at(-1), '[{"bn":"/","n":"3/0/0","vs":"Acme"}]');
  bench.server.take();
  assert.equal(await outcome(send(bench, ["/0/0/0", "/33000/0/1", "/3/0/4"])), "SEND_NOTHING");
  assert.equal(await outcome(send(bench, [])), "SEND_NOTHING");
  assert.deepEqual(bench.server.take(), []);
});

test("Send is forbidden while Mute Send is true or absent", async () => {
  const bench = await new BenchAccount().started();
  bench.server.take();
  assert.equal(await outcome(send(bench, ["/3/0/0"])), "SEND_MUTED");
  mute(bench, true);
  assert.equal(await outcome(send(bench, ["/3/0/0"])), "SEND_MUTED");
  assert.equal(bench.server.take().filter((line) => line.includes("/dp")).length, 0);
  await bench.server.association.ask("PUT", "/1/0/23", { payload: "0" });
  assert.equal(await outcome(send(bench, ["/3/0/0"])), "sent");
});

test("Send needs a registration, and one later than 1.0", async () => {
  const bench = await unmuted();
  await bench.account.stop();
  assert.equal(await outcome(send(bench, ["/3/0/0"])), "SEND_NOT_REGISTERED");
  const old = await unmuted({ version: "1.0" });
  assert.equal(await outcome(send(old, ["/3/0/0"])), "SEND_UNKNOWN");
  const lost = await unmuted();
  lost.server.connects.push(timeout(), timeout());
  lost.server.association.lose(timeout());
  await lost.advance(1);
  assert.equal(await outcome(send(lost, ["/3/0/0"])), "SEND_NOT_REGISTERED");
});

test("the server's refusal and a lost answer are told apart", async () => {
  const bench = await unmuted();
  bench.server.answers.push({ code: Code.NotFound });
  await assert.rejects(send(bench, ["/3/0/0"]), (error) => {
    assert.ok(error instanceof SendError && error.responseCode !== undefined);
    return error.code === "SEND_REFUSED" && codeText(error.responseCode) === "4.04";
  });
  bench.server.answers.push(timeout());
  assert.equal(await outcome(send(bench, ["/3/0/0"])), "TIMEOUT");
  assert.equal(bench.account.status.state, "registered");
});
