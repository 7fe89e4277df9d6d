// Foreign CoAP clients against our endpoint, over UDP on loopback: libcoap's coap-client and aiocoap.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { CoapRequest, Observation } from "../../src/coap/exchange.ts";
import { Code } from "../../src/coap/message.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { pattern } from "../support/coap-messages.ts";
import { serveUdp, type UdpServer } from "../support/coap-udp.ts";
import { built, interopFolder } from "../support/foreign/paths.ts";
import { temporaryFolder } from "../support/foreign/temporary-folder.ts";

const body = pattern(100_000);

describe("a foreign client uploads 100 kB by Block1, downloads 100 kB by Block2 and observes", () => {
  let server: UdpServer;
  let handled: CoapRequest[] = [];
  beforeEach(async () => {
    handled = [];
    server = await serveUdp({
      handle: (request, observe) => {
        handled.push(request);
        if (request.path[0] === "up") return { code: Code.Changed };
        if (request.path[0] === "big") return { code: Code.Content, payload: body };
        const observation = observe?.();
        if (observation) countTo(3, observation);
        return { code: Code.Content, contentFormat: 0, payload: encodeUtf8("0") };
      },
    });
  });
  afterEach(() => server.close());

  test("libcoap", async (t) => {
    const folder = temporaryFolder(t);
    const [sent, got] = [join(folder, "sent"), join(folder, "got")];
    writeFileSync(sent, body);
    const at = (path: string) => `coap://127.0.0.1:${server.port}/${path}`;
    await run("coap-client-notls", ["-m", "put", "-f", sent, at("up")]);
    await run("coap-client-notls", ["-m", "get", "-o", got, at("big")]);
    const seen = await run("coap-client-notls", ["-m", "get", "-s", "1", "-w", at("counter")]);
    assertHandled(handled);
    assert.equal(sha256(readFileSync(got)), sha256(body));
    assert.deepEqual(seen.trim().split(/\s+/).slice(0, 4), ["0", "1", "2", "3"]);
  });

  test("aiocoap", async () => {
    const python = built(".work/venv/bin/python");
    const printed = await run(python, [join(interopFolder, "coap-aiocoap.py"), `${server.port}`], body);
    assertHandled(handled);
    assert.deepEqual(JSON.parse(printed), {
      uploaded: "2.04 Changed",
      downloaded: sha256(body),
      seen: ["0", "1", "2", "3"],
    });
  });
});

/** Each number follows the acknowledgement of the one before: a confirmable one would replace an unsent one. */
function countTo(last: number, observation: Observation): void {
  let next = 1;
  const timer = setInterval(() => {
    observation.notify({ code: Code.Content, contentFormat: 0, payload: encodeUtf8(`${next}`) }, true);
    if (next++ === last) clearInterval(timer);
  }, 100);
  observation.onEnded(() => clearInterval(timer));
}

function assertHandled(handled: readonly CoapRequest[]): void {
  const uploads = handled.filter(({ path }) => path[0] === "up");
  assert.equal(uploads.length, 1);
  assert.equal(sha256(uploads[0]?.payload ?? new Uint8Array(0)), sha256(body));
  assert.equal(handled.filter(({ path }) => path[0] === "big").length, 1);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function run(command: string, args: readonly string[], input?: Uint8Array): Promise<string> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [output, complaints, status] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  assert.equal(status, 0, `${command}: ${complaints}`);
  return output;
}
