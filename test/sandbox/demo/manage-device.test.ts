import assert from "node:assert/strict";
import { test } from "node:test";
import type { CoapResponse, RequestHandler } from "../../../src/coap/exchange.ts";
import { Code, Method } from "../../../src/coap/message.ts";
import { inTime } from "../../../src/sandbox/demo/in-time.ts";
import { manageDevice } from "../../../src/sandbox/demo/manage-device.ts";
import type { Registration } from "../../../src/sandbox/registration.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { connectUdp, serveUdp } from "../../support/coap-udp.ts";

const content: CoapResponse = { code: Code.Content, contentFormat: 0, payload: encodeUtf8("300") };

const silent: RequestHandler = () => new Promise(() => {});

const answerAll: RequestHandler = ({ method }, observe) => {
  observe?.();
  return method === Method.PUT ? { code: Code.Changed } : content;
};

test("a device that never answers, or observes and never notifies, fails by name within the time", async (t) => {
  for (const [answers, expected] of [
    [silent, /^Discover \/3\/0 took more than 0.2 s$/],
    [answerAll, /^Notify \/1\/0\/1 took more than 0.2 s$/],
  ] as const) {
    const device = await serveUdp({ handle: answers });
    const { endpoint, close } = await connectUdp(device.port);
    t.after(() => {
      close();
      device.close();
    });
    const association = { endpoint, send: endpoint.send.bind(endpoint) };
    const registration = { association } as unknown as Registration;
    const patience = { deadlineMs: 200, signal: new AbortController().signal };
    await assert.rejects(
      manageDevice(registration, () => {}, patience),
      { code: "DEMO_FAILED", message: expected },
    );
  }
});

test("a demo that is stopped does not wait", async () => {
  const cancel = new AbortController();
  const waiting = inTime("Read /3/0", new Promise(() => {}), { deadlineMs: 60_000, signal: cancel.signal });
  cancel.abort();
  await assert.rejects(waiting, { code: "DEMO_FAILED", message: "Read /3/0 was stopped" });
});
