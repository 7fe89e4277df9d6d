import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { type Leshan, startLeshan } from "../support/foreign/leshan.ts";
import { interopFolder } from "../support/foreign/paths.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";
import { Bench } from "./ets/bench.ts";
import { modelsFolder } from "./ets/models-folder.ts";
import { mutants } from "./ets/mutants.ts";
import { procedures } from "./ets/procedures.ts";
import { rows } from "./ets/rows.ts";
import { Trace } from "./ets/trace.ts";

// A row that a faulty device passes shows nothing. Each mutant is the agent behind a wire that changes what it says.
describe("devices that do one thing wrong fail their row", { concurrency: mutants.length }, () => {
  const cleanup = suiteCleanup();
  const authority = new TestAuthority(cleanup);
  const serverIdentity = authority.server();
  let leshan: Leshan;
  before(async () => {
    leshan = await startLeshan(cleanup, {
      models: modelsFolder(cleanup),
      identity: serverIdentity,
      ca: authority.cert,
    });
  });

  for (const { name, row: id, because, rewrite } of mutants) {
    test(`a device that ${name} fails ${id}`, async (t) => {
      const row = rows.find((one) => one.id === id) ?? assert.fail(`no row ${id}`);
      const procedure = procedures[id] ?? assert.fail(`nothing is written for ${id}`);
      const variant = `${id}-${name.replaceAll(/[^a-z0-9]+/gi, "-")}`;
      const trace = new Trace(`${interopFolder}.work/ets/mutants/${variant}.txt`, [`${id} and a device that ${name}`]);
      const bench = new Bench({
        row: { ...row, id: variant },
        leshan,
        trace,
        cleanup: t,
        authority,
        serverIdentity,
        rewrite: rewrite(),
      });
      const noticed = { message: because };
      await assert.rejects(procedure(bench), noticed, `${id} does not notice a device that ${name}`);
    });
  }
});
