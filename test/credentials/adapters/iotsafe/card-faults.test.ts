import assert from "node:assert/strict";
import { test } from "node:test";
import { verifySignature } from "../../../../src/crypto/verify.ts";
import type { Fault } from "../../../../src/sandbox/card/fault-injector.ts";
import { fromHex, toHex } from "../../../../src/util/bytes.ts";
import { CodedError } from "../../../../src/util/coded-error.ts";
import { message, never, scheme, TestReader, testSim } from "../../../support/iotsafe-host.ts";
import { settle } from "../../../support/virtual-time.ts";

/** Start-up, one signature and the end, as an agent does them, on a card that fails at one APDU. */
async function live(reader: TestReader): Promise<"done" | CodedError> {
  const { provider } = reader.host();
  try {
    const credential = await withTime(reader, provider.open("iotsafe:?key=01&cert=03", never));
    const signature = await withTime(reader, credential.signer.sign(message, scheme, never));
    assert.equal(verifySignature(credential.signer.publicKey, scheme, message, signature), true);
    return "done";
  } catch (error) {
    assert.ok(error instanceof CodedError, String(error));
    assert.ok(error.message.length > 10, error.message);
    // The same host, the card being well again: the next operations succeed by themselves.
    const credential = await withTime(reader, provider.open("iotsafe:?key=01&cert=03", never));
    await withTime(reader, credential.signer.sign(message, scheme, never));
    return error;
  } finally {
    await settle();
    await withTime(reader, provider.close());
  }
}

/** Lets a mute card's deadline pass. */
async function withTime<T>(reader: TestReader, promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  for (let i = 0; i < 8; i++) await reader.time.advance(5_000);
  return promise;
}

/** Channels that are still open: what MANAGE CHANNEL gives out next is the lowest free one. */
async function openChannels(reader: TestReader): Promise<number> {
  const answer = toHex(await reader.sim.exchange(fromHex("0070000001")));
  return Number.parseInt(answer.slice(0, 2), 16) - 1;
}

/** How many APDUs a life without faults has. */
async function apdusOfALife(): Promise<number> {
  const reader = new TestReader(await testSim());
  assert.equal(await live(reader), "done");
  return reader.faults.commands;
}

const faults: Readonly<Record<string, { readonly fault: Fault; readonly codes: readonly string[] }>> = {
  "pulled out": { fault: { kind: "pulled" }, codes: ["CARD_REMOVED"] },
  "pulled out after the work is done": { fault: { kind: "pulled", after: true }, codes: ["CARD_REMOVED"] },
  reset: { fault: { kind: "reset" }, codes: ["CARD_RESET"] },
  "reset after the work is done": { fault: { kind: "reset", after: true }, codes: ["CARD_RESET"] },
  mute: { fault: { kind: "mute" }, codes: ["CARD_MUTE"] },
  "mute after the work is done": { fault: { kind: "mute", after: true }, codes: ["CARD_MUTE"] },
  "an answer of one byte": { fault: { kind: "bytes", bytes: Uint8Array.of(0x90) }, codes: ["CARD_DRIVER_FAILED"] },
  "an answer of 300 bytes": { fault: { kind: "bytes", bytes: new Uint8Array(300) }, codes: ["CARD_DRIVER_FAILED"] },
  "an answer five bytes too long": {
    fault: { kind: "length", by: 5 },
    codes: ["MALFORMED", "CARD_MISBEHAVES", "NO_CERTIFICATE", "CARD_DRIVER_FAILED"],
  },
  "an answer five bytes too short": {
    fault: { kind: "length", by: -5 },
    codes: ["MALFORMED", "CARD_MISBEHAVES", "NO_CERTIFICATE"],
  },
  "6F00": { fault: { kind: "status", status: 0x6f00 }, codes: ["CARD_REFUSED", "CARD_MISBEHAVES"] },
  "6985": { fault: { kind: "status", status: 0x6985 }, codes: ["CARD_REFUSED", "CARD_MISBEHAVES"] },
  "9000 without data": {
    fault: { kind: "status", status: 0x9000 },
    codes: ["CARD_REFUSED", "MALFORMED", "CARD_MISBEHAVES", "NO_CERTIFICATE"],
  },
};

for (const [name, { fault, codes }] of Object.entries(faults)) {
  test(`a card fails once at each APDU in turn (${name}): said in words, mended by itself, nothing left open`, async () => {
    const apdus = await apdusOfALife();
    assert.ok(apdus >= 10);
    const seen = new Set<string>();
    for (let index = 0; index < apdus; index++) {
      const reader = new TestReader(await testSim());
      let failed: string | undefined;
      reader.faults.replan((at, command) => {
        if (at !== index) return undefined;
        failed = toHex(command.subarray(0, 2));
        return fault;
      });
      const outcome = await live(reader);
      assert.notEqual(failed, undefined);
      if (outcome !== "done") {
        assert.ok(codes.includes(outcome.code), `APDU ${index} (${failed}): ${outcome.code} ${outcome.message}`);
        seen.add(outcome.code);
      }
      // Where the card's word for the number of our channel was lost nobody can close it, nor where closing itself failed.
      const mayStay = failed === "0070" ? 1 : 0;
      assert.ok((await openChannels(reader)) <= mayStay, `APDU ${index} (${failed})`);
      assert.equal(reader.time.armed, 0);
    }
    assert.ok(seen.size > 0);
  });
}
