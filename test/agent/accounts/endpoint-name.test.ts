import assert from "node:assert/strict";
import { test } from "node:test";
import { type EndpointNamePorts, findEndpointName } from "../../../src/agent/accounts/endpoint-name.ts";
import { parseConfig } from "../../../src/cli/config/load-config.ts";
import { SandboxCa } from "../../../src/sandbox/sandbox-ca.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { CodedError } from "../../../src/util/coded-error.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { pskCredential, softwareCredential } from "../../support/sandbox.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

const account = { server: { uri: "coaps://h" }, credentials: { default: "iotsafe:" } };

function parse(endpoint: unknown) {
  return parseConfig(JSON.stringify({ endpoint, ...account }), "/etc/agent.yaml");
}

/** The name that comes of it, how long that took in virtual seconds, and what was complained about. */
async function find(endpoint: object, ports: Partial<EndpointNamePorts> = {}) {
  const config = parse(endpoint);
  assert.ok(typeof config.endpoint !== "string");
  const time = new VirtualTime();
  const warnings: string[] = [];
  let name: string | undefined;
  void findEndpointName(config, config.endpoint, {
    credentials: { open: async () => pskCredential, close: async () => {} },
    files: { read: async (path) => encodeUtf8(`${path}\n`) },
    commands: { run: async ({ command }) => encodeUtf8(`${command.at(-1)}\n`) },
    serialNumber: () => "SN-7",
    timers: time,
    entropy: new SeededRandom(1),
    logger: { ...silentLogger, warn: (_message, fields) => void warnings.push(String(fields?.reason)) },
    ...ports,
  }).then((found) => {
    name = found;
  });
  const from = time.now();
  while (name === undefined && time.now() < from + 20_000) await time.advance(100);
  return { name, seconds: (time.now() - from) / 1000, warnings };
}

test("the endpoint name comes from the certificate's common name, an IMEI or a serial number", async () => {
  const ca = await SandboxCa.create();
  const credential = softwareCredential(await ca.issueDevice("urn:dev:ops:7"));
  const credentials = { open: async () => credential, close: async () => {} };
  const imei = "490154203237518";
  assert.equal((await find({ from: "certificate" }, { credentials })).name, "urn:dev:ops:7");
  assert.equal((await find({ from: "imei", command: ["modem", imei] })).name, `urn:imei:${imei}`);
  assert.equal((await find({ from: "imei", file: imei, prefix: "" })).name, imei);
  assert.equal((await find({ from: "serial", prefix: "urn:dev:ops:00AABB-" })).name, "urn:dev:ops:00AABB-SN-7");
  assert.equal((await find({ from: "serial", command: ["serial", "X1"] })).name, "X1");
});

test("while it cannot be had it is tried again, and the reason is said", async () => {
  const ca = await SandboxCa.create();
  const credential = softwareCredential(await ca.issueDevice("late"));
  let attempts = 0;
  const open = async () => {
    if (++attempts < 3) throw new CodedError("CARD_ABSENT", "no card");
    return credential;
  };
  const { name, seconds, warnings } = await find(
    { from: "certificate" },
    { credentials: { open, close: async () => {} } },
  );
  assert.equal(name, "late");
  assert.deepEqual(warnings, ["no card", "no card"]);
  assert.ok(seconds > 3 && seconds < 7, `${seconds} s`);
});

test("what is no IMEI, no certificate and no serial number is said and not used", async () => {
  const wrong: [object, Partial<EndpointNamePorts>, RegExp][] = [
    [{ from: "imei", file: "1234" }, {}, /15 digits, and "1234" came/],
    [{ from: "certificate" }, {}, /pre-shared key/],
    [{ from: "serial" }, { serialNumber: () => undefined }, /device\.serialNumber/],
  ];
  for (const [endpoint, ports, reason] of wrong) {
    const { name, warnings } = await find(endpoint, ports);
    assert.equal(name, undefined);
    assert.match(warnings[0] ?? "", reason);
  }
});

test("the configuration wants a source for an IMEI, and none beside a certificate", () => {
  const wrong = [
    { from: "imei" },
    { from: "certificate", file: "x" },
    { from: "iccid" },
    {},
    "",
    7,
    { from: "serial", x: 1 },
  ];
  for (const endpoint of wrong) assert.throws(() => parse(endpoint), /agent\.yaml:1: endpoint/);
});
