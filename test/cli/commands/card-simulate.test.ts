import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import yargs from "yargs";
import { parseHostPort } from "../../../src/cli/commands/card-simulate/offer-card.ts";
import { cardSimulate } from "../../../src/cli/commands/card-simulate.ts";
import { Output } from "../../../src/cli/output.ts";
import { loadProfile } from "../../../src/sandbox/card/profile-file.ts";
import { encodeFrame, FrameCutter } from "../../../src/sandbox/card/vpcd-frames.ts";
import { fromHex, toHex } from "../../../src/util/bytes.ts";

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "card-simulate-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function simulate(...args: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const output = new Output(false, { write: (line) => lines.push(line) }, { write: (line) => lines.push(line) });
  const parsed = await cardSimulate.options(yargs(args)).exitProcess(false).fail(rethrow).parseAsync();
  const code = await cardSimulate.run(parsed, output);
  return { code, text: lines.join("") };
}

function rethrow(message: string, error: Error): never {
  throw error ?? new Error(message);
}

test("--new writes a profile and refuses to overwrite one", async (t) => {
  const path = join(await folderOf(t), "sim.json");
  const { code, text } = await simulate("--new", "my-device", "--profile", path);
  assert.equal(code, 0);
  assert.match(text, /new virtual SIM for my-device/);
  assert.equal((await loadProfile(path)).keyPairs.length, 2);
  await assert.rejects(simulate("--new", "other", "--profile", path), { code: "SIM_PROFILE_EXISTS" });
});

test("a command line that can't work is told before anything is written", async (t) => {
  const path = join(await folderOf(t), "sim.json");
  const profile = ["--profile", path];
  await assert.rejects(simulate(...profile), /one of --socket, --vpcd and --new is needed/);
  await assert.rejects(simulate(...profile, "--socket", "a", "--vpcd", "b:1"), /mutually exclusive/);
  await assert.rejects(simulate(...profile, "--new", "x", "--ca-cert", "y"), /ca-key/);
  await assert.rejects(simulate(...profile, "--new", "x", "--latency", "quick"), { code: "BAD_LATENCY" });
  await assert.rejects(simulate(...profile, "--new", "x", "--vpcd", "nowhere"), { code: "BAD_ADDRESS" });
  await assert.rejects(simulate(...profile, "--new", "x", "--ca-cert", path, "--ca-key", path), { code: "BAD_CA" });
  await assert.rejects(loadProfile(path), { code: "SIM_PROFILE_UNREADABLE" });
});

test("HOST:PORT takes names, IPv4 and IPv6 in brackets", () => {
  assert.deepEqual(parseHostPort("localhost:35963"), { host: "localhost", port: 35963 });
  assert.deepEqual(parseHostPort("127.0.0.1:1"), { host: "127.0.0.1", port: 1 });
  assert.deepEqual(parseHostPort("[::1]:35963"), { host: "::1", port: 35963 });
  for (const bad of ["", "host", "host:0", "host:65536", "::1:35963", ":35963"]) {
    assert.throws(() => parseHostPort(bad), { code: "BAD_ADDRESS" });
  }
});

test("the card answers at the socket, saves a generated key, writes the trace, and ends on SIGTERM", async (t) => {
  const folder = await folderOf(t);
  const [profile, socket, trace] = ["sim.json", "sim.sock", "trace"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const child = spawnSimulate(
    "--new",
    "d",
    "--profile",
    profile,
    "--socket",
    socket,
    "--trace",
    trace,
    "--mode",
    "lenient",
  );
  t.after(() => child.kill("SIGKILL"));
  for await (const line of createInterface(child.stdout)) if (line.includes(socket)) break;
  assert.equal(await ask(socket, "00A4040007A0000005590010"), "9000");
  assert.equal(await ask(socket, "80B9000003840102"), "614d");
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  assert.deepEqual(await exited, [0, null]);
  const saved = await loadProfile(profile);
  assert.ok(saved.keyPairs[1]?.privateKey);
  assert.equal(saved.settings.lengths, "strict");
  assert.match(await readFile(trace, "utf8"), /> 0 80B9000003840102\n.* < 0 614D/);
});

function spawnSimulate(...args: string[]) {
  const module = (path: string) => JSON.stringify(new URL(`../../../src/cli/${path}`, import.meta.url).href);
  const script = `
    import yargs from "yargs";
    import { lazyCommand } from ${module("lazy-command.ts")};
    import { cardSimulate } from ${module("commands/card-simulate.ts")};
    await yargs(process.argv.slice(1)).command(lazyCommand("simulate", "", async () => cardSimulate)).parseAsync();`;
  const node = ["--import", "tsx", "--input-type=module", "-e", script, "simulate", ...args];
  return spawn(process.execPath, node, { stdio: ["ignore", "pipe", "inherit"] });
}

async function ask(path: string, command: string): Promise<string> {
  const socket = connect(path);
  const cutter = new FrameCutter();
  socket.write(encodeFrame(fromHex(command)));
  for await (const chunk of socket) {
    const [answer] = cutter.push(new Uint8Array(chunk));
    if (answer) return toHex(answer);
  }
  throw new Error("hung up without an answer");
}
