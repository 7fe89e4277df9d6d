import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import yargs from "yargs";
import { certificateShow } from "../../../src/cli/commands/certificate-show.ts";
import { enrol } from "../../../src/cli/commands/enrol.ts";
import type { Command } from "../../../src/cli/lazy-command.ts";
import { Output } from "../../../src/cli/output.ts";
import { EnrolmentStage, endpoint } from "../../support/enrolment-stage.ts";

/** What a command says, as text or as JSON. */
async function say<Options>(command: Command<Options>, json: boolean, ...args: string[]): Promise<string> {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text) };
  const fail = (message: string, error: Error): never => {
    throw error ?? new Error(message);
  };
  const parsed = await command.options(yargs(args)).exitProcess(false).fail(fail).parseAsync();
  assert.equal(await command.run(parsed, new Output(json, stream, stream)), 0);
  return lines.join("");
}

test("enrol --dry-run says what it would do, --renew keeps the key, --rekey takes the other slot; show tells", async (t) => {
  const stage = await EnrolmentStage.open(t);
  const device = await stage.agent(t);
  await device.registered(101);
  const config = join(stage.folder, "agent.yaml");
  writeFileSync(config, JSON.stringify({ stateDirectory: join(stage.folder, "state"), ...stage.config }));
  const show = async () => JSON.parse(await say(certificateShow, true, "--config", config));
  const before = await show();
  assert.equal(before.active.chain[0].subject, `CN=${endpoint}`);
  assert.equal(before.daysLeft, 89);
  assert.equal(before.next.kind, "renew");

  const preview = JSON.parse(await say(enrol, true, "--config", config, "--dry-run"));
  assert.deepEqual([preview.slot, preview.mode, preview.operation], [1, "new-key", "reenrol"]);
  assert.deepEqual(await show(), before);

  const from = device.events.length;
  await say(enrol, false, "--config", config, "--renew");
  await device.registered(101, from);
  const renewed = await show();
  assert.equal(renewed.active.spkiHash, before.active.spkiHash);
  assert.notEqual(renewed.active.chain[0].serialNumber, before.active.chain[0].serialNumber);

  const since = device.events.length;
  await say(enrol, false, "--config", config, "--rekey");
  await device.registered(101, since);
  assert.notEqual((await show()).active.spkiHash, before.active.spkiHash);
  const text = await say(certificateShow, false, "--config", config);
  assert.match(text, new RegExp(`CN=${endpoint}`));
  assert.match(text, /in use +slot 1.*89 days left/);
  assert.match(text, /next +renew/);
  await device.agent.stop();
});

test("enrol takes one of --renew and --rekey, and says so where no agent runs", async (t) => {
  const stage = await EnrolmentStage.open(t);
  await assert.rejects(say(enrol, false, "--renew", "--rekey"), { code: "BAD_ARGUMENT" });
  const socket = join(stage.folder, "nobody.sock");
  await assert.rejects(say(enrol, false, "--socket", socket), { code: "AGENT_UNREACHABLE" });
});
