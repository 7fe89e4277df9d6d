import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { ImageStore } from "../support/foreign/image-store.ts";
import { startLeshan } from "../support/foreign/leshan.ts";
import { built, interopFolder } from "../support/foreign/paths.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";

describe("the container image", () => {
  const cleanup = suiteCleanup();
  const tag = "lwm2m-safe:test";
  let store: ImageStore;

  before(async () => {
    store = await ImageStore.open(cleanup);
    await store.build(".", tag);
  });

  test("starts the agent as an ordinary user, so that a signal reaches it and not a shell", async () => {
    const config = "{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}} {{.OCIv1.Config.Cmd}}";
    const expected = "node [node /app/dist/cli/main.js] [run --config /etc/lwm2m-safe/agent.yaml]";
    assert.equal(await store.inspect(tag, config), expected);
    assert.equal((await store.run(tag, "id", "-un")).trim(), "node");
  });

  test("has the PC/SC add-on compiled, and neither a compiler nor a development dependency", async () => {
    await store.run(tag, "node", "-e", "require('pcsclite')");
    const leftovers = "command -v gcc; ls -d node_modules/typescript node_modules/tsx src 2>/dev/null; true";
    assert.equal(await store.run(tag, "sh", "-c", leftovers), "");
  });

  test("tells the version of this package", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    assert.equal((await store.run(tag, "lwm2m-safe", "--version")).trim(), version);
  });

  test("registers in its own demo", async () => {
    const demo = JSON.parse(await store.run(tag, "lwm2m-safe", "demo", "--json"));
    assert.equal(demo.registered, true);
  });

  test("registers at Leshan and de-registers on SIGTERM", async (t) => {
    const leshan = await startLeshan(t);
    const events = await leshan.management.events("contained");
    const folder = temporaryFolder(t);
    chmodSync(folder, 0o755);
    const server = { uri: `coap://127.0.0.1:${leshan.ports.coap}` };
    writeFileSync(join(folder, "agent.yaml"), JSON.stringify({ endpoint: "contained", server }));
    const script = "lwm2m-safe run --config /etc/lwm2m-safe/agent.yaml & read -r word; kill -TERM $!; wait $!";
    const container = await store.start(t, tag, `${folder}:/etc/lwm2m-safe`, "sh", "-c", script);
    await events.waitFor("REGISTRATION");
    container.say("stop");
    assert.equal((await events.waitFor("DEREGISTRATION")).expired, false);
    assert.equal(await container.exit(), 0);
  });
});

describe("the compose file", () => {
  const check = (file: string): string =>
    execFileSync(built("compose/target/compose-check"), [file], { encoding: "utf8", stdio: "pipe" });

  test("is one that Docker Compose's own library takes, with every part of the chain in it", () => {
    const { services } = JSON.parse(check(`${interopFolder}compose.yaml`));
    assert.deepEqual(Object.keys(services).sort(), ["agent", "leshan", "pcscd", "pki", "sim"]);
  });

  test("would be refused for a misspelt key, so that the check means something", () => {
    assert.throws(() => check(`${interopFolder}container/misspelt-compose.yaml`), /comand/);
  });
});
