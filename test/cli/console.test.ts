import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { EventFeed } from "../../src/agent/control/event-feed.ts";
import { serveControl } from "../../src/agent/control/serve-control.ts";
import { parseConfig } from "../../src/cli/config/load-config.ts";
import { listenForLines } from "../../src/platform/line-socket/listen-for-lines.ts";
import type { LineListener } from "../../src/util/line-connection.ts";
import { silentLogger } from "../../src/util/log.ts";
import { cli } from "../support/cli.ts";
import { FakeAgentControl } from "../support/fake-agent-control.ts";

const folder = mkdtempSync(join(tmpdir(), "console-"));
const config = parseConfig(
  "{ endpoint: e, server: { uri: 'coap://h' }, stateDirectory: state }",
  join(folder, "agent.yaml"),
);
const socket = join(folder, "state/control.sock");
const agent = new FakeAgentControl();
const feed = new EventFeed();
let listener: LineListener | undefined;

before(async () => {
  listener = await serveControl(config, { agent }, feed, silentLogger, listenForLines);
});
after(async () => {
  await listener?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("the socket is the owner's, and a second agent is told who has it", async () => {
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  await assert.rejects(serveControl(config, { agent }, feed, silentLogger, listenForLines), {
    code: "SOCKET_IN_USE",
    message: `process ${process.pid} listens on the socket ${socket}: stop it, or name another`,
  });
});

test("a usual socket that cannot be made is said, one that was asked for is an error, none is none", async () => {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) };
  const failing = async () => assert.fail("no room");
  assert.equal(await serveControl(config, { agent }, feed, logger, failing), undefined);
  assert.equal(warnings.length, 1);
  const named = { ...config, control: { enabled: true, socket } };
  await assert.rejects(serveControl(named, { agent }, feed, logger, failing), /no room/);
  assert.equal(
    await serveControl({ ...config, control: { enabled: false } }, { agent }, feed, logger, failing),
    undefined,
  );
});

test("status and one command a call, for people and for machines", async () => {
  const [status, json, failed] = await Promise.all([
    cli("status", "--socket", socket),
    cli("console", "--socket", socket, "--json", "read", "/3303/0/5700"),
    cli("console", "--socket", socket, "read", "/9/9"),
  ]);
  assert.match(
    status.stdout,
    /^endpoint {3}device-1\nbootstrap {2}unconfigured: not configured\n\nserver .*\n1 +registered +60 s +in 29 s /,
  );
  assert.deepEqual(JSON.parse(json.stdout), [{ path: "/3303/0/5700", type: "float", value: "21.5" }]);
  assert.deepEqual([failed.code, failed.stderr], [1, "lwm2m-safe: no resource /9/9\n"]);
});

test("commands are read from stdin, and one that fails ends nothing", async () => {
  const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", main, "console", "--socket", socket], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end("update 9\n\nread /3303/0/5700\nquit\nupdate 1\n");
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    err += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  assert.deepEqual(
    [code, out, err],
    [1, "path           type  value\n/3303/0/5700  float   21.5\n", "lwm2m-safe: no server 9; there are: 1\n"],
  );
  assert.ok(!agent.asked.includes("update 1"));
});

test("events end with the one that is waited for, or fail in time", async () => {
  feed.tell({ type: "asleep", server: 1, reason: "r" });
  const waiting = cli("events", "--socket", socket, "--recent", "--until", "updated,server=2");
  const late = cli("events", "--socket", socket, "--until", "registered", "--timeout", "0.2", "--json");
  const stop = setInterval(() => {
    feed.tell({ type: "updated", server: 1, reason: "r", location: [] });
    feed.tell({ type: "updated", server: 2, reason: "r", location: [] });
  }, 100);
  const { code, stdout } = await waiting;
  clearInterval(stop);
  const lines = stdout.trimEnd().split("\n");
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(lines[0] ?? ""), { event: "asleep", server: 1, reason: "r" });
  assert.deepEqual(JSON.parse(lines.at(-1) ?? ""), { event: "updated", server: 2, reason: "r", location: [] });
  const { code: lateCode, stdout: lateOut } = await late;
  assert.equal(lateCode, 1);
  assert.match(lateOut, /"code": "TIMEOUT"/);
});

test("without an agent it says where it looked", async () => {
  const { code, stderr } = await cli("status", "--socket", join(folder, "none.sock"));
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^lwm2m-safe: no agent at the control socket .*none\.sock: is the agent running, and is this its socket\?/,
  );
});
