import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Method } from "../../src/coap/message.ts";
import { ContentFormat } from "../../src/formats/content-format.ts";
import { MachineFolder } from "../../src/platform/durable-folder.ts";
import { FolderRecords } from "../../src/platform/folder-records.ts";
import { BootstrapServer } from "../../src/sandbox/bootstrap-server.ts";
import { provisioningSteps } from "../../src/sandbox/bootstrap-step.ts";
import { DeviceOperations } from "../../src/sandbox/device-operations.ts";
import { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import type { Registration } from "../../src/sandbox/registration.ts";
import { RecordingLog } from "../support/fault-log.ts";
import { complaints } from "../support/fault-pcsc.ts";
import { OurAgent } from "../support/foreign/our-agent.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const endpoint = "urn:dev:ops:killed";
const kills = 10;
/** Requests of the server before the kill, at most. */
const mostRequests = 40;

test("a real agent, SIGKILLed at random moments while servers write: comes up with what it had said or later", async (t) => {
  const random = new SeededRandom(1);
  const { server, bootstrap } = await servers(t);
  const stateDirectory = join(temporaryFolder(t), "state");
  const firmware = { install: "true" };
  const start = (): OurAgent =>
    new OurAgent(t, { endpoint, bootstrap: { uri: bootstrap.uri }, firmware, stateDirectory });
  let known = 300;
  let sent = 300;
  for (let kill = 1; kill <= kills; kill++) {
    const agent = start();
    await agent.waitFor("registered");
    const registration = server.registrations.at(-1) ?? assert.fail();
    const { lifetime } = registration;
    assert.ok(
      lifetime >= known && lifetime <= sent,
      `kill ${kill}: lifetime ${lifetime}, ${known} to ${sent} expected`,
    );
    assert.deepEqual(complaints(agent), []);
    known = lifetime;
    // As quickly as it answers; the last one is under way when it dies.
    const requests = 1 + random.below(mostRequests);
    for (let i = 0; i < requests; i++) await push(registration, ++sent);
    const last = push(registration, ++sent);
    await new Promise((resolve) => setTimeout(resolve, random.below(15)));
    agent.process.signal("SIGKILL");
    await agent.process.exit();
    registration.association.close();
    await last;
    await wholeRecords(stateDirectory);
  }
  const last = start();
  await last.waitFor("registered");
  assert.deepEqual(complaints(last), []);
  await last.stop();
  t.diagnostic(`${kills} kills amid ${sent - 300} pairs of requests`);
});

async function servers(t: TestContext) {
  const server = await LwM2mServer.start();
  t.after(() => server.close());
  const steps = provisioningSteps([
    { id: 0, instances: { 1: { 0: server.uri, 1: false, 2: 3, 10: 101 } } },
    { id: 1, instances: { 1: { 0: 101, 1: 300, 6: true, 7: "U" } } },
  ]);
  const bootstrap = await BootstrapServer.start({ plan: () => ({ session: steps }) });
  t.after(() => bootstrap.close());
  return { server, bootstrap };
}

/** A lifetime, and by turns a reset and a package of firmware: accounts, the update's record and the spool change. */
async function push(registration: Registration, lifetime: number): Promise<void> {
  const { association } = registration;
  const payload = new Uint8Array(lifetime % 2 === 0 ? 1 : 3000);
  const empty = { query: [], options: [] };
  const packageWrite = { ...empty, method: Method.PUT, path: ["5", "0", "0"], payload };
  await Promise.all([
    new DeviceOperations(registration).write("/1/1/1", String(lifetime)).catch(() => undefined),
    association.send({ ...packageWrite, contentFormat: ContentFormat.opaque }).catch(() => undefined),
  ]);
}

/** Every record can be opened, and none had to be set aside. */
async function wholeRecords(folder: string): Promise<void> {
  const log = new RecordingLog();
  const records = new FolderRecords(new MachineFolder(folder), log);
  const files = readdirSync(folder).filter((name) => name.endsWith(".record"));
  for (const name of files) assert.ok(await records.read(name.slice(0, -".record".length)), name);
  assert.deepEqual(log.complaints, []);
}
