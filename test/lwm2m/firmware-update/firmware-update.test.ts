import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Code } from "../../../src/coap/message.ts";
import { sha256 } from "../../../src/crypto/hash.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { encodeTlv } from "../../../src/formats/tlv.ts";
import { opaqueValue } from "../../../src/formats/values.ts";
import { DeliveryError } from "../../../src/lwm2m/package-delivery/delivery-error.ts";
import { encodeUtf8, toHex } from "../../../src/util/bytes.ts";
import { pattern } from "../../support/coap-messages.ts";
import { type BenchSettings, FirmwareBench } from "../../support/firmware-bench.ts";
import { request } from "../bench-device.ts";

const image = pattern(20_000);

async function downloaded(settings: BenchSettings = {}): Promise<FirmwareBench> {
  const bench = await FirmwareBench.started(settings);
  assert.equal(await bench.ask("PUT", "/5/0/0", image), "2.04");
  assert.equal(bench.state, "downloaded initial");
  return bench;
}

/** A download under way, so many bytes of it here. */
async function downloading(bytes: number, settings: BenchSettings = {}): Promise<FirmwareBench> {
  const bench = await FirmwareBench.started(settings);
  bench.files.body = image;
  assert.equal(await bench.ask("PUT", "/5/0/1", "coap://files.example/image"), "2.04");
  await bench.reach(() => (bench.image?.length ?? 0) >= bytes);
  assert.equal(bench.state, "downloading initial");
  return bench;
}

describe("A package that a server sends", () => {
  test("is written to the spool as it comes, installed, and removed", async () => {
    const bench = await downloaded();
    assert.deepEqual(bench.image, image);
    assert.equal(await bench.ask("GET", "/5/0/3"), "2.05 2");
    assert.equal(await bench.ask("POST", "/5/0/2"), "2.04");
    assert.equal(bench.state, "updating initial");
    assert.deepEqual(bench.installed, []);
    await bench.time.advance(1000);
    assert.deepEqual(bench.installed, ["/spool/firmware"]);
    assert.equal(bench.state, "idle updated");
    assert.equal(await bench.ask("GET", "/5/0/5"), "2.05 1");
    assert.equal(bench.image, undefined);
    assert.deepEqual(bench.events.filter(({ type }) => type === "firmware-progress").length, 1);
    assert.equal(bench.spool.opened, 0);
  });

  for (const [name, format, payload] of [
    ["TLV", ContentFormat.tlv, encodeTlv([5, 0, 0], [{ path: [5, 0, 0], value: opaqueValue(image) }])],
    ["CBOR", ContentFormat.cbor, Uint8Array.of(0x59, image.length >> 8, image.length & 0xff, ...image)],
  ] as const) {
    test(`may be framed as ${name}, which is taken off`, async () => {
      const bench = await FirmwareBench.started();
      assert.equal(await bench.ask("PUT", "/5/0/0", payload, format), "2.04");
      assert.deepEqual(bench.image, image);
    });

    test(`in ${name} that promises more than comes is 4.00 and lost`, async () => {
      const bench = await FirmwareBench.started();
      assert.equal(await bench.ask("PUT", "/5/0/0", payload.slice(0, -1), format), "4.00");
      assert.equal(bench.state, "idle connection-lost");
      assert.equal(bench.image, undefined);
    });
  }

  test("may be small enough for one block", async () => {
    const bench = await FirmwareBench.started();
    assert.equal(await bench.ask("PUT", "/5/0/0", pattern(100)), "2.04");
    assert.equal(bench.state, "downloaded initial");
    assert.deepEqual(bench.image, pattern(100));
  });

  test("that breaks off is lost, Result 4, and the next one is taken", async () => {
    const bench = await FirmwareBench.started();
    const sending = bench.send(request("PUT", "/5/0/0", { contentFormat: ContentFormat.opaque, payload: image }));
    sending.catch(() => undefined);
    await bench.reach(() => (bench.image?.length ?? 0) > 5000);
    assert.equal(bench.state, "downloading initial");
    bench.disconnect();
    await bench.time.advance(10);
    assert.equal(bench.state, "idle connection-lost");
    assert.equal(bench.image, undefined);
    assert.equal(bench.spool.opened, 0);
    await bench.start();
    assert.equal(bench.state, "idle connection-lost");
    assert.equal(await bench.ask("PUT", "/5/0/0", image), "2.04");
    assert.equal(bench.state, "downloaded initial");
  });

  test("of a device that is killed meanwhile is lost, Result 4, and the next one is taken", async () => {
    const bench = await FirmwareBench.started();
    const sending = bench.send(request("PUT", "/5/0/0", { contentFormat: ContentFormat.opaque, payload: image }));
    sending.catch(() => undefined);
    await bench.reach(() => (bench.image?.length ?? 0) > 5000);
    await bench.kill();
    await bench.start();
    assert.equal(bench.state, "idle connection-lost");
    assert.equal(await bench.ask("GET", "/5/0/5"), "2.05 4");
    assert.equal(await bench.ask("PUT", "/5/0/0", image), "2.04");
    assert.deepEqual(bench.image, image);
  });

  test("is 4.13 when it is announced or becomes too large, and when the disk is full: Result 2", async () => {
    const limited = await FirmwareBench.started({ policy: { maxBytes: 10_000 } });
    assert.equal(await limited.ask("PUT", "/5/0/0", image), "4.13");
    assert.equal(limited.state, "idle no-space");
    const full = await FirmwareBench.started();
    full.spool.capacity = 5000;
    assert.equal(await full.ask("PUT", "/5/0/0", image), "4.13");
    assert.equal(full.state, "idle no-space");
    assert.equal(full.image, undefined);
    const told = await FirmwareBench.started();
    told.spool.told = 5000;
    assert.equal(await told.ask("PUT", "/5/0/0", image), "4.13");
    assert.equal(told.state, "idle no-space");
  });

  test("is taken when Idle alone: 4.00 before a reset, 4.05 while updating", async () => {
    const bench = await downloaded();
    assert.equal(await bench.ask("PUT", "/5/0/0", image), "4.00");
    assert.equal(await bench.ask("PUT", "/5/0/1", "coap://files.example/image"), "4.00");
    await bench.ask("POST", "/5/0/2");
    assert.equal(await bench.ask("PUT", "/5/0/0", image), "4.05");
    assert.equal(await bench.ask("PUT", "/5/0/0", Uint8Array.of(0)), "4.05");
    assert.equal(await bench.ask("PUT", "/5/0/1", ""), "4.05");
    assert.equal(await bench.ask("POST", "/5/0/10"), "4.05");
    assert.equal(await bench.ask("POST", "/5/0/2"), "4.05");
    assert.equal(bench.state, "updating initial");
  });

  for (const [how, path, payload] of [
    ["an empty package", "/5/0/0", new Uint8Array(0)],
    ["a package of one zero byte", "/5/0/0", Uint8Array.of(0)],
    ["an empty address", "/5/0/1", ""],
  ] as const) {
    test(`is given up for ${how}`, async () => {
      const bench = await downloaded();
      assert.equal(await bench.ask("PUT", path, payload, typeof payload === "string" ? 0 : 42), "2.04");
      assert.equal(bench.state, "idle initial");
      await bench.time.advance(1);
      assert.equal(bench.image, undefined);
    });
  }

  test("that is reset while it comes ends with 4.08", async () => {
    const bench = await FirmwareBench.started();
    const sending = bench.send(request("PUT", "/5/0/0", { contentFormat: ContentFormat.opaque, payload: image }));
    await bench.reach(() => (bench.image?.length ?? 0) > 5000);
    bench.update.cancel();
    await bench.time.advance(1000);
    assert.equal((await sending).code, Code.RequestEntityIncomplete);
    assert.equal(bench.state, "idle cancelled");
    assert.equal(bench.image, undefined);
  });

  test("is checked: a wrong SHA-256 is Result 5, a command may know better and gives name and version", async () => {
    const wrong = await FirmwareBench.started({ policy: { sha256: ["00".repeat(32)] } });
    assert.equal(await wrong.ask("PUT", "/5/0/0", image), "2.04");
    assert.equal(wrong.state, "idle integrity");
    assert.equal(wrong.image, undefined);
    const right = { policy: { sha256: ["00", toHex(sha256(image)).toUpperCase()] } };
    const bench = await downloaded({ ...right, verify: async () => ({ name: "base", version: "2.0" }) });
    assert.equal(await bench.ask("GET", "/5/0/6"), "2.05 base");
    assert.equal(await bench.ask("GET", "/5/0/7"), "2.05 2.0");
    const verify = async () => Promise.reject(new DeliveryError("package-type", "no header"));
    const foreign = await FirmwareBench.started({ verify });
    assert.equal(await foreign.ask("PUT", "/5/0/0", image), "2.04");
    assert.equal(foreign.state, "idle package-type");
  });

  test("is answered before a check that takes long is through", async () => {
    let finish = (): void => {};
    const verify = () =>
      new Promise<object>((resolve) => {
        finish = () => resolve({});
      });
    const bench = await FirmwareBench.started({ verify });
    assert.equal(await bench.ask("PUT", "/5/0/0", image), "2.04");
    assert.equal(bench.state, "downloading initial");
    finish();
    await bench.time.advance(1);
    assert.equal(bench.state, "downloaded initial");
  });
});

describe("A package that the device fetches", () => {
  test("comes by CoAP, and the address stays until it is reset", async () => {
    const bench = await downloading(0);
    await bench.reach(() => bench.update.record.state === "downloaded");
    assert.deepEqual(bench.image, image);
    assert.equal(await bench.ask("GET", "/5/0/1"), "2.05 coap://files.example/image");
    assert.equal(bench.files.bytesGiven, image.length);
  });

  test("goes on after kills at three points, and no finished block comes twice", async () => {
    const bench = await downloading(1);
    for (const point of [3000, 9000, 15_000]) {
      await bench.reach(() => (bench.image?.length ?? 0) >= point);
      await bench.kill();
      await bench.start();
      assert.equal(bench.state, "downloading initial");
    }
    await bench.reach(() => bench.update.record.state === "downloaded");
    assert.deepEqual(bench.image, image);
    assert.ok(bench.files.bytesGiven <= image.length, `${bench.files.bytesGiven} bytes were given`);
  });

  test("is cut back to whole blocks when a write was torn", async () => {
    const bench = await downloading(5000);
    await bench.kill();
    bench.spool.packages.set("firmware", image.slice(0, 5 * 1024 - 100));
    const before = bench.files.bytesGiven;
    await bench.start();
    await bench.reach(() => bench.update.record.state === "downloaded");
    assert.deepEqual(bench.image, image);
    assert.equal(bench.files.bytesGiven - before, image.length - 4 * 1024);
  });

  for (const [how, tag] of [
    ["has another tag", "v2"],
    ["has no tag", undefined],
  ] as const) {
    test(`begins anew when the file ${how} after the break`, async () => {
      const bench = await downloading(5000);
      await bench.kill();
      bench.files.tag = tag;
      bench.files.body = pattern(18_000).reverse();
      await bench.start();
      await bench.reach(() => bench.update.record.state === "downloaded");
      assert.deepEqual(bench.image, bench.files.body);
    });
  }

  test("begins anew when the file has become shorter than what is here", async () => {
    const bench = await downloading(15_000);
    await bench.kill();
    bench.files.body = pattern(2000).reverse();
    await bench.start();
    await bench.reach(() => bench.update.record.state === "downloaded");
    assert.deepEqual(bench.image, bench.files.body);
  });

  test("is tried again while the server is away, and given up after some attempts that bring nothing: Result 4", async () => {
    const bench = await downloading(5000);
    bench.files.refusal = Code.ServiceUnavailable;
    await bench.kill();
    await bench.start();
    await bench.time.advance(20_000);
    assert.equal(bench.state, "downloading initial");
    bench.files.refusal = undefined;
    await bench.reach(() => bench.update.record.state === "downloaded");
    const lost = await FirmwareBench.started({ policy: { maxAttempts: 3 } });
    lost.files.refusal = Code.InternalServerError;
    await lost.ask("PUT", "/5/0/1", "coap://files.example/image");
    await lost.reach(() => lost.state === "idle connection-lost");
    assert.equal(lost.time.armed, 0);
  });

  for (const [uri, result, why] of [
    ["ftp://files.example/image", "unsupported-protocol", "9"],
    ["not an address", "bad-address", "7"],
    ["coap://files.example:99999/image", "bad-address", "7"],
  ] as const) {
    test(`from "${uri}" is 2.04 and Result ${why}`, async () => {
      const bench = await FirmwareBench.started();
      assert.equal(await bench.ask("PUT", "/5/0/1", uri), "2.04");
      assert.equal(bench.state, `idle ${result}`);
      assert.equal(await bench.ask("GET", "/5/0/5"), `2.05 ${why}`);
    });
  }

  test("that is not there is Result 7; one too large, or for which the disk is too full, Result 2", async () => {
    const missing = await FirmwareBench.started();
    missing.files.refusal = Code.NotFound;
    await missing.ask("PUT", "/5/0/1", "coap://files.example/image");
    await missing.reach(() => missing.state === "idle bad-address");
    const large = await FirmwareBench.started({ policy: { maxBytes: 10_000 } });
    large.files.body = image;
    await large.ask("PUT", "/5/0/1", "coap://files.example/image");
    await large.reach(() => large.state === "idle no-space");
    assert.ok(large.files.bytesGiven <= 1024);
    const full = await FirmwareBench.started();
    full.files.body = image;
    full.spool.capacity = 5000;
    await full.ask("PUT", "/5/0/1", "coap://files.example/image");
    await full.reach(() => full.state === "idle no-space");
    await full.time.advance(1);
    assert.equal(full.image, undefined);
  });

  test("is given up at once on Cancel, and on a reset", async () => {
    const cancelled = await downloading(5000);
    assert.equal(await cancelled.ask("POST", "/5/0/10"), "2.04");
    assert.equal(cancelled.state, "idle cancelled");
    await cancelled.time.advance(1000);
    assert.equal(cancelled.image, undefined);
    assert.equal(cancelled.spool.opened, 0);
    const reset = await downloading(5000);
    assert.equal(await reset.ask("PUT", "/5/0/1", ""), "2.04");
    assert.equal(reset.state, "idle initial");
    assert.equal(await reset.ask("GET", "/5/0/1"), "2.05");
    const given = reset.files.bytesGiven;
    await reset.time.advance(60_000);
    assert.equal(reset.files.bytesGiven, given);
  });

  test("stops with the agent and goes on with the next", async () => {
    const bench = await downloading(5000);
    await bench.update.stop();
    assert.equal(bench.spool.opened, 0);
    await bench.start();
    await bench.reach(() => bench.update.record.state === "downloaded");
    assert.equal(bench.files.bytesGiven, image.length);
  });
});

describe("The installation", () => {
  const outcomes = [
    ["failed", "downloaded update-failed", true],
    ["deferred", "downloaded deferred", true],
    ["spoilt", "idle update-failed", false],
  ] as const;
  for (const [outcome, state, kept] of outcomes) {
    test(`that is ${outcome} ends ${state}`, async () => {
      const bench = await downloaded();
      bench.outcome = outcome;
      await bench.ask("POST", "/5/0/2");
      await bench.time.advance(1001);
      assert.equal(bench.state, state);
      assert.equal(bench.image !== undefined, kept);
    });
  }

  test("may be tried again after it failed", async () => {
    const bench = await downloaded();
    bench.outcome = Promise.reject(new Error("no such command"));
    bench.outcome.catch(() => undefined);
    await bench.ask("POST", "/5/0/2");
    await bench.time.advance(1001);
    assert.equal(bench.state, "downloaded update-failed");
    bench.outcome = "installed";
    assert.equal(await bench.ask("POST", "/5/0/2"), "2.04");
    await bench.time.advance(1001);
    assert.equal(bench.state, "idle updated");
  });

  test("does not begin when the state cannot be kept", async () => {
    const bench = await downloaded();
    bench.unwritable = true;
    assert.equal(await bench.ask("POST", "/5/0/2"), "5.00");
    await bench.time.advance(5000);
    assert.deepEqual(bench.installed, []);
    assert.equal(bench.state, "downloaded update-failed");
  });

  const restarts = [
    ["confirmed by the device", { confirmed: true }, "idle updated"],
    [
      "denied by the device, though the version is new",
      { confirmed: false, running: "2.0" },
      "downloaded update-failed",
    ],
    ["seen by a new version", { running: "2.0" }, "idle updated"],
    ["not seen, the version being the old one", {}, "downloaded update-failed"],
    ["not seen, there being no version", { running: undefined }, "downloaded update-failed"],
  ] as const;
  for (const [how, after, state] of restarts) {
    test(`that restarts the agent: success is ${how}`, async () => {
      const bench = await downloaded();
      bench.outcome = "restarting";
      await bench.ask("POST", "/5/0/2");
      await bench.time.advance(5000);
      assert.equal(bench.state, "updating initial");
      await bench.kill();
      Object.assign(bench, after);
      await bench.start();
      assert.equal(bench.state, state);
    });
  }

  test("with a version of the package succeeds with that version alone", async () => {
    const bench = await downloaded({ verify: async () => ({ version: "2.0" }) });
    bench.outcome = "restarting";
    await bench.ask("POST", "/5/0/2");
    await bench.time.advance(5000);
    await bench.kill();
    bench.running = "1.5";
    await bench.start();
    assert.equal(bench.state, "downloaded update-failed");
  });

  test("that promised a restart and does not come to it has failed", async () => {
    const bench = await downloaded();
    bench.outcome = "restarting";
    await bench.ask("POST", "/5/0/2");
    await bench.time.advance(700_000);
    assert.equal(bench.state, "downloaded update-failed");
  });
});

describe("After a restart", () => {
  test("a package that was there is there", async () => {
    const bench = await downloaded({ verify: async () => ({ name: "base" }) });
    await bench.kill();
    await bench.start();
    assert.equal(bench.state, "downloaded initial");
    assert.equal(await bench.ask("GET", "/5/0/6"), "2.05 base");
    assert.equal(await bench.ask("POST", "/5/0/2"), "2.04");
  });

  test("a package that has lost bytes is Result 5", async () => {
    const bench = await downloaded();
    await bench.kill();
    bench.spool.packages.set("firmware", image.slice(0, 100));
    await bench.start();
    assert.equal(bench.state, "idle integrity");
  });

  test("a result, the severity and the defer period are what they were", async () => {
    const bench = await downloaded();
    assert.equal(await bench.ask("PUT", "/5/0/11", "0"), "2.04");
    assert.equal(await bench.ask("PUT", "/5/0/13", "3600"), "2.04");
    assert.equal(await bench.ask("PUT", "/5/0/11", "3"), "4.00");
    await bench.ask("POST", "/5/0/2");
    await bench.time.advance(1001);
    await bench.kill();
    await bench.start();
    assert.equal(bench.state, "idle updated");
    assert.equal(await bench.ask("GET", "/5/0/11"), "2.05 0");
    assert.equal(await bench.ask("GET", "/5/0/13"), "2.05 3600");
    assert.match(await bench.ask("GET", "/5/0/12"), /^2\.05 17000000\d\d$/);
  });

  test("a record that cannot be read is as none", async () => {
    const bench = new FirmwareBench();
    bench.disk.set("firmware", encodeUtf8('{"format":9}'));
    await bench.start();
    assert.equal(bench.state, "idle initial");
  });
});

test("Object 5 has what its version has", async () => {
  for (const [version, expected] of [
    ["1.0", "4.04"],
    ["1.1", "4.05"],
    ["1.2", "4.05"],
  ] as const) {
    const bench = await FirmwareBench.started({ version });
    assert.equal(await bench.ask("POST", "/5/0/10"), expected);
    assert.equal(await bench.ask("GET", "/5/0/9"), "2.05 2");
    assert.equal(await bench.ask("GET", "/5/0/0"), "4.05");
  }
});
