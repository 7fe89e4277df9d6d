import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { interopFolder } from "../support/foreign/paths.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";
import { Bench } from "./ets/bench.ts";
import { awakeSeconds } from "./ets/device.ts";
import { errata } from "./ets/errata.ts";
import { modelsFolder } from "./ets/models-folder.ts";
import { notYet } from "./ets/not-yet.ts";
import { procedures } from "./ets/procedures.ts";
import { rows } from "./ets/rows.ts";
import { Summary } from "./ets/summary.ts";
import { Trace } from "./ets/trace.ts";

// The OMA LwM2M ETS row by row. Each leaves its wire trace in test/interop/.work/ets.
describe("the OMA LwM2M test cases", { concurrency: 24 }, () => {
  const cleanup = suiteCleanup();
  const summary = new Summary();
  const authority = new TestAuthority(cleanup);
  const serverIdentity = authority.server();
  let leshan: Leshan;
  before(async () => {
    leshan = await startLeshan(cleanup, {
      models: modelsFolder(cleanup),
      identity: serverIdentity,
      ca: authority.cert,
      est: authority,
      awake: awakeSeconds,
    });
  });
  after(() => summary.print(rows, process.env.TEST_SUMMARY));

  test("the list is whole: 118 cases, and every erratum and procedure is of one of them", () => {
    const ids = rows.map(({ id }) => id);
    assert.equal(new Set(ids).size, 118);
    const named = [...Object.keys(errata), ...Object.keys(procedures), ...Object.keys(notYet)];
    assert.deepEqual(
      named.filter((id) => !ids.includes(id)),
      [],
    );
  });

  for (const row of rows.filter(({ id, notHere }) => notHere === undefined && !(id in notYet))) {
    test(`${row.id} (${row.driver}): ${row.title}`, async (t) => {
      const decisions = (errata[row.id] ?? []).map(
        ({ prints, decided }) => `the ETS prints: ${prints}; run: ${decided}`,
      );
      const head = [`${row.id} ${row.title}`, `driver: ${row.driver}`, ...decisions];
      const trace = new Trace(`${interopFolder}.work/ets/${row.id}.txt`, head);
      try {
        const procedure = procedures[row.id] ?? assert.fail("nothing is written for this row");
        await procedure(new Bench({ row, leshan, trace, cleanup: t, authority, serverIdentity }));
        assert.ok(trace.lines > 0, "nothing went over the wire");
        summary.passed(row);
      } catch (error) {
        summary.failed(row);
        trace.note(`FAILED: ${error instanceof Error ? error.message : error}`);
        throw error;
      }
    });
  }
});
