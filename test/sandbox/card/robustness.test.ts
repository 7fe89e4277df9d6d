import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { formatTraceEntry } from "../../../src/sandbox/card/apdu-trace.ts";
import { toHex } from "../../../src/util/bytes.ts";
import { apduVectors, HexSim, rfc6979Key, sampleDigest, selectedSim, testProfile } from "../../support/virtual-sim.ts";

const modes = ["strict", "lenient"] as const;

for (const lengths of modes) {
  test(`any bytes are answered with at least a status word, and never 6F00 (${lengths})`, async () => {
    const sim = await selectedSim({ lengths });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const answer = await sim.sim.exchange(bytes);
        assert.ok(answer.length >= 2 && answer.length <= 258);
        assert.notEqual(toHex(answer.subarray(-2)), "6f00");
      }),
      { seed: 1, numRuns: 3000 },
    );
  });

  test(`commands of hosts with bytes changed, cut or added are answered, and never 6F00 (${lengths})`, async () => {
    const commands = apduVectors("hostEmitted").map(({ command }) => Buffer.from(command, "hex"));
    const sim = await selectedSim({ lengths, sessions: { count: 3 } });
    const change = fc.tuple(fc.nat(300), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...commands),
        fc.array(change, { maxLength: 3 }),
        fc.integer({ min: -8, max: 3 }),
        async (command, changes, by) => {
          const bytes = new Uint8Array(Math.max(0, command.length + by));
          bytes.set(command.subarray(0, bytes.length));
          for (const [at, value] of changes) if (bytes.length > 0) bytes[at % bytes.length] = value;
          const answer = await sim.sim.exchange(bytes);
          assert.ok(answer.length >= 2);
          assert.notEqual(toHex(answer.subarray(-2)), "6f00", toHex(bytes));
          if (toHex(answer).endsWith("6d00") || toHex(answer).endsWith("6881")) await sim.selected();
        },
      ),
      { seed: 2, numRuns: 3000 },
    );
  });
}

test("every command cut short at any length is answered", async () => {
  const sim = await selectedSim();
  for (const { command } of apduVectors("computed")) {
    for (let length = 0; length < command.length; length += 2) {
      assert.match(await sim.send(command.slice(0, length)), /^([0-9A-F]{2}){2,}$/);
    }
  }
});

test("a private key never passes the contacts and is in no trace", async () => {
  const lines: string[] = [];
  const sim = await new HexSim(testProfile(), { trace: (entry) => lines.push(formatTraceEntry(entry)) }).selected();
  await sim.ask("80B9000003840101");
  const generated = sim.sim.profile.keyPairs[0]?.privateKey;
  await sim.ask("80CB010000");
  await sim.ask("80CBC10003840101");
  await sim.ask("80CD000003850101");
  await sim.ask("802A00010D840101A1010391020001920104");
  await sim.ask(`802B8001229E20${sampleDigest}`);
  for (let p1 = 0; p1 < 256; p1++) await sim.ask(`80CB${p1.toString(16).padStart(2, "0")}0003840101`);
  const trace = lines.join("\n").toUpperCase();
  assert.ok(typeof generated === "string" && generated.length === 64);
  assert.ok(!trace.includes(generated.toUpperCase()));
  assert.ok(!trace.includes(rfc6979Key));
  assert.ok(trace.includes("614D"));
});
