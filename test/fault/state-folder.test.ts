import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it } from "node:test";
import type { CertificateCache } from "../../src/credentials/adapters/iotsafe/certificate-cache.ts";
import { MachineFolder } from "../../src/platform/durable-folder.ts";
import { FolderRecords } from "../../src/platform/folder-records.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { silentLogger } from "../../src/util/log.ts";
import { FaultBench, makeParties, type Parties } from "../support/fault-bench.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";

const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
const readOnly = Object.assign(new Error("EROFS: read-only file system, open"), { code: "EROFS" });

describe("an agent that cannot write its state", () => {
  let parties: Parties;
  before(async () => {
    parties = await makeParties();
  });

  for (const [name, cause] of Object.entries({ "a full disk": full, "a read-only file system": readOnly })) {
    it(`${name}: registers without its cache and says so once, however often the card is read`, async () => {
      const cache = failingCache(cause);
      const bench = new FaultBench(parties, { cache });
      // Each failed signature has the credential opened anew, and kept anew.
      bench.card.replan((_, command) => (fails(bench, command) ? { kind: "status", status: 0x6f00 } : undefined));
      bench.agent.start();
      await bench.registered(1);
      assert.equal(bench.count("retrying"), 3);
      assert.ok(cache.attempts > 1);
      const [complaint, ...more] = bench.log.complaints.filter((text) => text.includes("cache"));
      assert.match(complaint ?? "", /could not be cached .*cannot write .* in the state folder .*: (ENOSPC|EROFS)/);
      assert.deepEqual(more, []);
      await bench.stopped();
    });
  }

  it("a file where the state folder should be, on the real file system: the same", async (t) => {
    const file = join(temporaryFolder(t), "state");
    writeFileSync(file, "");
    const records = new FolderRecords(new MachineFolder(join(file, "below")), silentLogger);
    const failure = await records.write("name", new Uint8Array(1)).catch((error) => error);
    const bench = new FaultBench(parties, {
      cache: { get: async () => undefined, put: () => Promise.reject(failure) },
    });
    bench.agent.start();
    await bench.registered(1);
    assert.equal(bench.log.complaints.length, 1);
    assert.match(bench.log.complaints[0] ?? "", /could not be cached .*state folder .*below: ENOTDIR/);
    await bench.stopped();
  });

  it("a cache that cannot be read either: registers and says each once", async () => {
    const cause = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
    const bench = new FaultBench(parties, {
      cache: { ...failingCache(cause), get: () => Promise.reject(unreadable(cause)) },
    });
    bench.agent.start();
    await bench.registered(1);
    assert.equal(bench.log.complaints.length, 2);
    assert.match(bench.log.complaints[0] ?? "", /cannot be read .*EIO/);
    await bench.stopped();
  });
});

/** The first three signatures. */
function fails(bench: FaultBench, command: Uint8Array): boolean {
  return command[1] === 0x2a && command[2] === 0x00 && bench.count("retrying") < 3;
}

function failingCache(cause: Error): CertificateCache & { attempts: number } {
  return {
    attempts: 0,
    get: async () => undefined,
    async put() {
      this.attempts++;
      throw new CodedError("STATE_UNWRITABLE", "cannot write a file in the state folder /var/lib/lwm2m-safe", {
        cause,
      });
    },
  };
}

function unreadable(cause: Error): CodedError {
  return new CodedError("STATE_UNREADABLE", "cannot read a file in the state folder /var/lib/lwm2m-safe", { cause });
}
