import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FaultInjector } from "../../../src/sandbox/card/fault-injector.ts";
import { encodeFrame, FrameCutter } from "../../../src/sandbox/card/vpcd-frames.ts";
import { VpcdSession } from "../../../src/sandbox/card/vpcd-session.ts";
import { concatBytes, fromHex, toHex } from "../../../src/util/bytes.ts";
import { HexSim } from "../../support/virtual-sim.ts";
import { settle } from "../../support/virtual-time.ts";

const select = fromHex("00A4040007A0000005590010");
const atr = "3b9f96801fc78031e073fe211b63e206908300000023";

function session(card = new FaultInjector(new HexSim().sim)) {
  const sent: string[] = [];
  const link = { hungUp: 0 };
  const vpcd = new VpcdSession(card, { send: (bytes) => sent.push(toHex(bytes)), hangUp: () => void link.hungUp++ });
  const push = async (...messages: Uint8Array[]) => {
    vpcd.push(concatBytes(messages.map(encodeFrame)));
    await settle();
    return sent.splice(0);
  };
  return { vpcd, push, link, sent };
}

const control = (code: number) => Uint8Array.of(code);

test("the ATR is given when asked for, also while powered off", async () => {
  const { push } = session();
  assert.deepEqual(await push(control(4)), [`0016${atr}`]);
  assert.deepEqual(await push(control(0), control(4)), [`0016${atr}`]);
});

test("power off, power on and reset are not answered and end the selection", async () => {
  for (const code of [0, 1, 2]) {
    const { push } = session();
    assert.deepEqual(await push(select), ["00029000"]);
    assert.deepEqual(await push(control(code)), []);
    assert.deepEqual(await push(fromHex("80CB000044")), ["00026d00"]);
  }
});

test("messages in one piece are answered one after the other", async () => {
  const { push } = session();
  assert.deepEqual(await push(control(1), control(4), select, control(4)), [`0016${atr}`, "00029000", `0016${atr}`]);
});

test("a control that nobody knows is passed over", async () => {
  const { push, link } = session();
  assert.deepEqual(await push(control(3), control(0x77), select), ["00029000"]);
  assert.equal(link.hungUp, 0);
});

test("a card that is pulled hangs up, and answers nothing more", async () => {
  const { push, link } = session(new FaultInjector(new HexSim().sim, () => ({ kind: "pulled" })));
  assert.deepEqual(await push(select, control(4)), []);
  assert.equal(link.hungUp, 1);
  assert.deepEqual(await push(control(4)), []);
});

test("a mute card is silent until it is released, then hangs up", async () => {
  const card = new FaultInjector(new HexSim().sim, () => ({ kind: "mute" }));
  const { push, link } = session(card);
  assert.deepEqual(await push(select), []);
  assert.equal(link.hungUp, 0);
  card.release();
  await settle();
  assert.equal(link.hungUp, 1);
});

test("an empty answer is never sent: vpcd would wait for ever", async () => {
  const { push, link } = session(
    new FaultInjector(new HexSim().sim, () => ({ kind: "bytes", bytes: new Uint8Array() })),
  );
  assert.deepEqual(await push(select), []);
  assert.equal(link.hungUp, 1);
});

test("an empty message, or a flood of them, is not vpcd", async () => {
  const empty = session();
  empty.vpcd.push(fromHex("0000"));
  assert.equal(empty.link.hungUp, 1);
  const flood = session();
  await flood.push(...Array.from({ length: 100 }, () => control(4)));
  assert.equal(flood.link.hungUp, 1);
});

test("after the end of the connection nothing is answered", async () => {
  const { vpcd, push, link } = session();
  vpcd.end();
  assert.deepEqual(await push(select), []);
  assert.equal(link.hungUp, 0);
});

test("messages survive any cutting of the stream", () => {
  const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 });
  fc.assert(
    fc.property(messages, fc.array(fc.nat(20), { maxLength: 30 }), (expected, cuts) => {
      const stream = concatBytes(expected.map(encodeFrame));
      const cutter = new FrameCutter();
      const got: string[] = [];
      let at = 0;
      for (const cut of [...cuts, stream.length]) {
        got.push(...cutter.push(stream.subarray(at, at + cut)).map(toHex));
        at = Math.min(stream.length, at + cut);
      }
      assert.deepEqual(got, expected.map(toHex));
    }),
    { seed: 5 },
  );
});
