import assert from "node:assert/strict";
import { Code, Method } from "../../../../src/coap/message.ts";
import { toHex } from "../../../../src/util/bytes.ts";
import type { AtLeshan, Bench, Procedure } from "../bench.ts";
import { DeviceValues } from "../device-values.ts";
import { type FirmwareOptions, firmwareImage, firmwareObject } from "../firmware-device.ts";
import type { LeshanSide } from "../leshan-side.ts";
import { assertValues, single } from "../nodes.ts";
import { OwnServer } from "../own-server.ts";
import { pause } from "../pause.ts";
import type { Relay } from "../relay.ts";
import { isRequest } from "../wire.ts";

const State = { idle: "0", downloading: "1", downloaded: "2", updating: "3" } as const;
const quick = { maxAttempts: 2, retry: { firstDelayMs: 100, maxDelayMs: 100, jitter: 0 } };

/** ETS 1.1-int-751 to 779: Firmware Update. */
export const firmware: Readonly<Record<string, Procedure>> = {
  "1.1-int-751": async (bench) => {
    const { leshan } = await withFirmware(bench);
    const values = await leshan.read("/5/0", "TLV");
    assertValues(values, { "/5/0/3": State.idle, "/5/0/5": "0", "/5/0/8/0": "0", "/5/0/9": "2" });
  },
  "1.1-int-755": async (bench) => {
    const { leshan } = await withFirmware(bench);
    await push(leshan, Uint8Array.of(0));
    await assertState(leshan, State.idle, "0");
    await push(leshan, firmwareImage("image"));
    await reaches(leshan, State.downloaded, "0");
  },
  "1.1-int-756": async (bench) => {
    const { leshan } = await withFirmware(bench);
    const { uri } = await fileServer(bench, firmwareImage("image"));
    await address(leshan, "");
    await assertState(leshan, State.idle, "0");
    await address(leshan, uri);
    await reaches(leshan, State.downloaded, "0");
  },
  "1.1-int-760": async (bench) => {
    const { leshan } = await withFirmware(bench);
    await leshan.attributes("/5/0", "pmin=1&pmax=3");
    assert.deepEqual(await leshan.observe("/5/0/3"), { "/5/0/3": State.idle });
    await push(leshan, firmwareImage("image"));
    for (let state: string | undefined; state !== State.downloaded; ) {
      state = (await leshan.notified("/5/0/3", 6))["/5/0/3"];
    }
  },
  "1.1-int-770": async (bench) => {
    const { device, leshan } = await withFirmware(bench);
    await push(leshan, Uint8Array.of(0));
    await push(leshan, firmwareImage("image", "2.0", 20_000));
    await reaches(leshan, State.downloaded, "0");
    await leshan.execute("/5/0/2");
    await leshan.registered();
    await reaches(leshan, State.idle, "1");
    assert.equal(device.values.firmwareVersion, "2.0");
    assert.deepEqual(await leshan.read("/3/0/3"), { "/3/0/3": "2.0" });
  },
  "1.1-int-771": async (bench) => {
    const { leshan } = await withFirmware(bench);
    const { uri } = await fileServer(bench, firmwareImage("image", "2.0", 20_000));
    await address(leshan, "");
    await address(leshan, uri);
    await reaches(leshan, State.downloaded, "0");
    await leshan.execute("/5/0/2");
    await leshan.registered();
    await reaches(leshan, State.idle, "1");
    assert.deepEqual(await leshan.read("/3/0/3"), { "/3/0/3": "2.0" });
  },
  "1.1-int-772": async (bench) => {
    const { leshan } = await withFirmware(bench);
    await assertState(leshan, State.idle, "0");
    await leshan.execute("/5/0/2", "METHOD_NOT_ALLOWED(405)");
    await assertState(leshan, State.idle, "0");
  },
  "1.1-int-773": async (bench) => {
    const { leshan } = await withFirmware(bench, { capacity: 2000 });
    const { uri } = await fileServer(bench, firmwareImage("image"));
    await failsWith(leshan, uri, "2");
  },
  "1.1-int-774": async (bench) => {
    const { leshan } = await withFirmware(bench, { outOfMemory: true });
    const { uri } = await fileServer(bench, firmwareImage("image"));
    await failsWith(leshan, uri, "3");
  },
  "1.1-int-775": async (bench) => {
    const { leshan } = await withFirmware(bench, { policy: quick });
    const { uri, wire } = await fileServer(bench, firmwareImage("image", "2.0", 1_000_000));
    await address(leshan, uri);
    await wire.passed.waitFor(isRequest(Method.GET, "/firmware"), "a block asked for");
    wire.cut(true);
    await reaches(leshan, State.idle, "4");
  },
  "1.1-int-776": async (bench) => {
    const { leshan } = await withFirmware(bench);
    const { uri } = await fileServer(bench, firmwareImage("damaged"));
    await failsWith(leshan, uri, "5");
  },
  "1.1-int-777": async (bench) => {
    const { leshan } = await withFirmware(bench);
    const { uri } = await fileServer(bench, firmwareImage("foreign"));
    await failsWith(leshan, uri, "6");
  },
  "1.1-int-778": async (bench) => {
    const { leshan } = await withFirmware(bench, { policy: quick });
    const { uri } = await fileServer(bench, undefined);
    await failsWith(leshan, uri, "7");
  },
  "1.1-int-779": async (bench) => {
    const { leshan } = await withFirmware(bench, { outcome: "failed" });
    await assertState(leshan, State.idle, "0");
    const before = await leshan.read("/3/0/3");
    await push(leshan, firmwareImage("image"));
    await reaches(leshan, State.downloaded, "0");
    await leshan.execute("/5/0/2");
    await reaches(leshan, State.downloaded, "8");
    assert.deepEqual(await leshan.read("/3/0/3"), before);
  },
};

async function withFirmware(bench: Bench, options?: FirmwareOptions): Promise<AtLeshan> {
  const values = new DeviceValues();
  const object = await firmwareObject(bench.cleanup, values, options);
  return bench.atLeshan({ values, objects: [object] });
}

/** A file at a server of ours, or none; the wire to it can be cut. */
async function fileServer(bench: Bench, body: Uint8Array | undefined): Promise<{ uri: string; wire: Relay }> {
  const server = await OwnServer.start(bench.cleanup, ({ path }) => {
    if (path[0] !== "firmware" || body === undefined) return { code: Code.NotFound };
    return { code: Code.Content, payload: body };
  });
  const wire = await bench.wire(server.port, "files");
  return { uri: `coap://127.0.0.1:${wire.port}/firmware`, wire };
}

function push(leshan: LeshanSide, bytes: Uint8Array): Promise<void> {
  return leshan.write("/5/0/0", single(0, "opaque", toHex(bytes)), { format: "OPAQUE" });
}

function address(leshan: LeshanSide, uri: string): Promise<void> {
  return leshan.write("/5/0/1", single(1, "string", uri));
}

/** The Write is carried out; what is wrong is told by Update Result alone. */
async function failsWith(leshan: LeshanSide, uri: string, result: string): Promise<void> {
  await assertState(leshan, State.idle, "0");
  await address(leshan, uri);
  await reaches(leshan, State.idle, result);
}

async function assertState(leshan: LeshanSide, state: string, result: string): Promise<void> {
  assertValues(await leshan.read("/5/0"), { "/5/0/3": state, "/5/0/5": result });
}

/** Polls as a server does, and fails at a result that is neither this nor none. */
async function reaches(leshan: LeshanSide, state: string, result: string): Promise<void> {
  for (let polls = 0; polls < 100; polls++) {
    const { "/5/0/3": now, "/5/0/5": outcome } = await leshan.read("/5/0");
    if (now === state && outcome === result) return;
    assert.ok(outcome === "0" || outcome === result, `State ${now} with Result ${outcome}, not ${result}`);
    await pause(100);
  }
  assert.fail(`State ${state} with Result ${result} was not reached`);
}
