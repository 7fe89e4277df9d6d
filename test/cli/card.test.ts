import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { DemoSim } from "../../src/sandbox/demo/demo-sim.ts";
import { SandboxCa } from "../../src/sandbox/sandbox-ca.ts";
import { cli } from "../support/cli.ts";

async function simUri(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "card-cli-"));
  const sim = await DemoSim.start("device", await SandboxCa.create(), "fast", join(folder, "card.sock"));
  t.after(async () => {
    await sim.close();
    rmSync(folder, { recursive: true });
  });
  return `iotsafe:?channel=socket:${sim.socketPath}`;
}

test("card info shows the applet and its objects", async (t) => {
  const { code, stdout } = await cli("card", "info", await simUri(t), "--json");
  const info = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.equal(info.aid, "a0000005590010");
  assert.ok(
    info.objects.some((each: { class: string; label: string }) => each.class === "file" && each.label === "identity"),
  );
});

test("card random gives as many bytes as asked for", async (t) => {
  const { stdout } = await cli("card", "random", await simUri(t), "--length", "5");
  assert.match(stdout, /^[0-9a-f]{10}\n$/);
});

test("card sign gives a signature that others verify", async (t) => {
  const { stdout } = await cli("card", "sign", await simUri(t), "--text", "hello", "--json");
  const { signature, publicKey } = JSON.parse(stdout);
  const key = createPublicKey({ key: Buffer.from(publicKey, "hex"), format: "der", type: "spki" });
  assert.ok(verify("sha256", Buffer.from("hello"), key, Buffer.from(signature, "hex")));
});

test("a card that is not there ends with 3 and says so, as JSON on demand", async () => {
  const missing = await cli("card", "info", "iotsafe:?channel=socket:/nowhere/card.sock");
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /\/nowhere\/card\.sock: nobody listens there/);
  const json = await cli("card", "info", "iotsafe:?channel=socket:/nowhere/card.sock", "--json");
  assert.equal(JSON.parse(json.stdout).error.code, "CARD_UNREACHABLE");
});

test("a wrong command line ends with 2", async () => {
  for (const args of [
    [],
    ["bogus"],
    ["card"],
    ["card", "random", "--length", "0"],
    ["card", "info", "file:x"],
    ["run"],
  ]) {
    const { code, stdout, stderr } = await cli(...args);
    assert.equal(code, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.equal(stderr.match(/^lwm2m-safe: /gm)?.length, 1, stderr);
  }
});

test("help documents the exit codes", async () => {
  const { code, stdout } = await cli("--help");
  assert.equal(code, 0);
  assert.match(stdout, /Exit codes: 0 done, 1 failed, 2/);
});
