import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { cli, startCli } from "../support/cli.ts";

const phase = ["signatures", "keyGenerations", "fileReads", "otherOperations", "apdus", "milliseconds"];

test("the demo's JSON has just the promised members, and the card's work is as small as it can be", async () => {
  const { code, stdout, stderr } = await cli(
    "demo",
    "--json",
    "--starts",
    "2",
    "--card-latency",
    "20",
    "--no-resumption",
  );
  assert.equal(code, 0, stdout + stderr);
  const report = JSON.parse(stdout);
  assert.deepEqual(Object.keys(report), ["registered", "starts"]);
  assert.deepEqual([report.registered, report.starts.length], [true, 2]);
  for (const [i, start] of report.starts.entries()) {
    assert.deepEqual(Object.keys(start), ["toRegisteredMs", "card", "handshake", "registration"]);
    const { startup, handshake, after } = start.card;
    for (const each of [startup, handshake, after]) assert.deepEqual(Object.keys(each), phase);
    assert.equal(startup.fileReads, i === 0 ? 1 : 0);
    const { signatures, keyGenerations, fileReads, otherOperations } = handshake;
    assert.deepEqual([signatures, keyGenerations, fileReads, otherOperations], [1, 0, 0, 0]);
    assert.ok(handshake.milliseconds >= 20);
    assert.equal(start.handshake.resumed, false);
    const { suite, datagramsSent, datagramsReceived, bytesSent, bytesReceived } = start.handshake;
    assert.equal(suite, "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8");
    for (const figure of [datagramsSent, datagramsReceived, bytesSent, bytesReceived]) assert.ok(figure > 0);
    assert.deepEqual(Object.keys(start.registration), ["bytesSent", "bytesReceived"]);
    assert.ok(start.registration.bytesSent > 0 && start.registration.bytesReceived > 0);
  }
});

test("by default the second start resumes the session: the card signs nothing", async () => {
  const { code, stdout, stderr } = await cli("demo", "--json", "--starts", "2");
  assert.equal(code, 0, stdout + stderr);
  const [first, second] = JSON.parse(stdout).starts;
  assert.deepEqual([first.handshake.resumed, second.handshake.resumed], [false, true]);
  assert.deepEqual([first.card.handshake.signatures, second.card.handshake.apdus], [1, 0]);
  assert.ok(second.handshake.bytesSent < first.handshake.bytesSent);
});

test("the story ends with a renewed certificate, and the management server has seen the operator's certificates alone", async () => {
  const { code, stdout, stderr } = await cli("demo", "--json");
  assert.equal(code, 0, stdout + stderr);
  const { registered, shownToManagementServer: shown, card, milliseconds } = JSON.parse(stdout);
  assert.ok(registered);
  assert.deepEqual([...new Set(shown.map(({ issuer }: { issuer: string }) => issuer))], ["CN=lwm2m-safe operator CA"]);
  assert.equal(new Set(shown.map(({ serialNumber }: { serialNumber: string }) => serialNumber)).size, 2);
  assert.equal(card.keyGenerations, 2);
  assert.ok(milliseconds.toRegistered > 0 && milliseconds.toRenewed > 0);
});

test("--keep stays up until Ctrl-C and leaves nothing behind", async () => {
  const demo = startCli("demo", "--starts", "1", "--keep");
  assert.ok(demo.stdout);
  const ended = once(demo, "exit");
  let folder = "";
  let agent = 0;
  for await (const line of createInterface(demo.stdout)) {
    agent ||= Number(/agent is process (\d+)/.exec(line)?.[1] ?? 0);
    const up = /everything is in (\S+):/.exec(line)?.[1];
    if (up === undefined) continue;
    folder = up;
    assert.ok(existsSync(folder));
    demo.kill("SIGINT");
  }
  assert.deepEqual(await ended, [0, null]);
  assert.ok(folder !== "" && !existsSync(folder));
  assert.throws(() => process.kill(agent, 0), { code: "ESRCH" });
});

test("wrong options are said", async () => {
  const starts = await cli("demo", "--starts", "0");
  assert.deepEqual([starts.code, starts.stdout], [2, ""]);
  assert.match(starts.stderr, /--starts/);
  const latency = await cli("demo", "--card-latency", "soon");
  assert.equal(latency.code, 2);
  assert.match(latency.stderr, /fast, median, slow/);
});
