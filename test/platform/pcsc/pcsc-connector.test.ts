import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { listReaders, PcscConnector, type PcscOptions } from "../../../src/platform/pcsc/pcsc-connector.ts";
import { fromHex, toHex } from "../../../src/util/bytes.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

let folder = "";
let logs = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "pcsc-"));
});
after(() => rm(folder, { recursive: true }));

const command = "00b00000";

/** A connector with a child process of its own that holds a stand-in for the library. */
function reader(query: string, options: Partial<PcscOptions> = {}) {
  const log = join(folder, `${logs++}.log`);
  const time = new VirtualTime();
  const url = new URL("../../support/fake-pcsclite.mjs", import.meta.url);
  url.search = `${query}&log=${log}`;
  const settings = { timers: time, module: url.href, apduDeadlineMs: 1000, ...options };
  const lines = async () => (await readFile(log, "utf8")).trim().split("\n");
  return { time, lines, settings, connector: new PcscConnector(settings) };
}

const one = "readers=Omnikey&card=Omnikey";

/** Polls for what another process does by itself, without an assertion about how long it takes. */
async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise(setImmediate);
}

/** A process that has ended and that nobody has waited for yet does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function childPid(lines: () => Promise<readonly string[]>, nth = 0): Promise<number> {
  const starts = (await lines()).filter((line) => line.startsWith("start"));
  return Number(starts[nth]?.split(" ")[1]);
}

test("connects shared, transmits with a buffer for a whole short APDU, and leaves the card as it is", async () => {
  const { connector, lines } = reader(one);
  const channel = await connector.connect();
  assert.equal(toHex(await channel.transmit(fromHex(command))), "9000");
  await channel.close();
  assert.deepEqual((await lines()).slice(1), ["connect Omnikey 2", `transmit ${command} 258 1`, "disconnect 0"]);
  const pid = await childPid(lines);
  await until(() => !isRunning(pid));
});

test("the first reader with a card is taken, or the one whose name is given in part", async () => {
  const readers = "readers=Alpha 00,Beta 00,Beta 01&card=Beta 00,Beta 01";
  const first = reader(readers);
  await (await first.connector.connect()).close();
  assert.equal((await first.lines())[1], "connect Beta 00 2");
  const named = reader(readers, { reader: "Beta 01" });
  await (await named.connector.connect()).close();
  assert.equal((await named.lines())[1], "connect Beta 01 2");
});

test("readers are listed with what is in them", async () => {
  const { settings } = reader("readers=Alpha,Beta,Gamma&card=Beta&mute=Gamma");
  assert.deepEqual(
    (await listReaders(settings)).map(({ name, card }) => `${name}: ${card}`),
    ["Alpha: absent", "Beta: present", "Gamma: mute"],
  );
});

test("connecting fails in words when the daemon is not running, and the process goes", async () => {
  const { connector, lines } = reader("on=start&do=8010001d");
  await assert.rejects(connector.connect(), { code: "CARD_UNREACHABLE", message: /pcscd is not running; start it/ });
  const pid = await childPid(lines);
  await until(() => !isRunning(pid));
});

test("the library missing is said with what to install", async () => {
  const connector = new PcscConnector({ timers: new VirtualTime(), module: "/nowhere/pcsclite.js" });
  await assert.rejects(connector.connect(), { code: "CARD_UNREACHABLE", message: /npm rebuild pcsclite/ });
});

const faults: readonly (readonly [what: string, fault: string, code: string, message: RegExp])[] = [
  ["the card is pulled out", "80100069", "CARD_REMOVED", /pulled out/],
  ["the driver crashes", "crash", "CARD_DRIVER_FAILED", /ended \(SIGSEGV\)/],
  ["the driver throws", "abort", "CARD_DRIVER_FAILED", /lost its mind/],
];

for (const [what, fault, code, message] of faults) {
  test(`one APDU is lost when ${what}, and the next connection is a fresh process`, async () => {
    const broken = reader(`${one}&on=transmit:${command}&do=${fault}`);
    const channel = await broken.connector.connect();
    await assert.rejects(channel.transmit(fromHex(command)), { code, message });
    await channel.close();
    const again = await broken.connector.connect();
    assert.equal(toHex(await again.transmit(fromHex("00a40400"))), "9000");
    await again.close();
    const [first, second] = [await childPid(broken.lines), await childPid(broken.lines, 1)];
    assert.notEqual(first, second);
    await until(() => !isRunning(first) && !isRunning(second));
  });
}

test("a driver that hangs is a mute card after the deadline, and its process is killed after a grace period", async () => {
  for (const fault of ["hang", "deadlock"]) {
    const { connector, time, lines } = reader(`${one}&on=transmit:${command}&do=${fault}`);
    const channel = await connector.connect();
    const refused = assert.rejects(channel.transmit(fromHex(command)), { code: "CARD_MUTE", message: /1000 ms/ });
    await until(async () => (await lines()).length === 3);
    await time.advance(1000);
    await refused;
    await channel.close();
    const pid = await childPid(lines);
    await time.advance(2000);
    await until(() => !isRunning(pid));
    await until(() => time.armed === 0);
  }
});

test("a library that hangs while it starts is given up too", async () => {
  const { connector, time, lines } = reader(`${one}&on=connect&do=hang`);
  const refused = assert.rejects(connector.connect(), { code: "CARD_MUTE" });
  await until(async () => (await lines().catch(() => [])).length === 2);
  await time.advance(15_000);
  await refused;
  await time.advance(2000);
});

test("errors of the library that concern no request of ours end nothing", async () => {
  const { connector } = reader(`${one}&on=monitor&do=80100013`);
  const channel = await connector.connect();
  assert.equal(toHex(await channel.transmit(fromHex(command))), "9000");
  await channel.close();
});

test("the child killed from outside costs one APDU", async () => {
  const { connector, lines } = reader(one);
  const channel = await connector.connect();
  process.kill(await childPid(lines), "SIGKILL");
  await assert.rejects(channel.transmit(fromHex(command)), { code: "CARD_DRIVER_FAILED" });
  await channel.close();
  await (await connector.connect()).close();
});

test("after failures the next process is started after a growing pause, and at once after a success", async () => {
  const { connector, time, lines } = reader("readers=Alpha");
  const starts = async () => (await lines().catch(() => [])).filter((line) => line.startsWith("start")).length;
  await assert.rejects(connector.connect());
  for (const pauseMs of [250, 500, 1000]) {
    const before = await starts();
    const refused = assert.rejects(connector.connect(), { code: "CARD_ABSENT" });
    await time.advance(pauseMs - 1);
    assert.equal(await starts(), before);
    await time.advance(1);
    await refused;
    assert.equal(await starts(), before + 1);
  }
});

test("a child whose parent was killed leaves the card and goes", async () => {
  const { settings, lines } = reader(one);
  const { fork } = await import("node:child_process");
  const parent = fork(new URL("../../support/hold-reader.ts", import.meta.url), [settings.module ?? ""]);
  await until(async () => (await lines().catch(() => [])).length === 2);
  const pid = await childPid(lines);
  parent.kill("SIGKILL");
  await until(() => !isRunning(pid));
  assert.equal((await lines()).at(-1), "disconnect 0");
});
