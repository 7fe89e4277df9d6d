import assert from "node:assert/strict";
import { test } from "node:test";
import { CoapAssociation } from "../../src/association/coap-association.ts";
import type { CoapEndpoint } from "../../src/coap/endpoint.ts";
import type { CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { Code, codeText, Method } from "../../src/coap/message.ts";
import { ContentFormat } from "../../src/formats/content-format.ts";
import type { DataRecord } from "../../src/formats/data-record.ts";
import type { Path } from "../../src/formats/path.ts";
import { decodeSenmlCbor } from "../../src/formats/senml-cbor.ts";
import { integerValue, opaqueValue } from "../../src/formats/values.ts";
import { ServerAccount } from "../../src/lwm2m/server-account.ts";
import { fromHex } from "../../src/util/bytes.ts";
import { silentLogger } from "../../src/util/log.ts";
import { networkOfTwo, type Weather } from "../support/coap-network.ts";
import { endpoint } from "../support/coap-pair.ts";
import { SeededRandom } from "../support/seeded-random.ts";
import { BenchDevice, request } from "./bench-device.ts";

const fair: Weather = { loss: 0, duplication: 0, minDelayMs: 10, maxDelayMs: 10 };
const foul: Weather = { loss: 0.2, duplication: 0.2, minDelayMs: 5, maxDelayMs: 400 };

/** A device and a server, each on a CoAP endpoint of ours, over a network in virtual time. */
class Field {
  readonly device = new BenchDevice();
  readonly registrations: string[] = [];
  readonly received: CoapRequest[] = [];
  readonly account: ServerAccount;
  server: CoapEndpoint | undefined;
  readonly #random: SeededRandom;

  readonly weather: Weather;

  constructor(weather: Weather, seed: number) {
    this.weather = weather;
    const { time, model, server } = this.device;
    this.#random = new SeededRandom(seed);
    const common = { clock: time, timers: time, entropy: this.#random, logger: silentLogger };
    this.account = new ServerAccount({
      ...common,
      endpointName: "dev1",
      server,
      dataModel: model,
      associations: {
        connect: async (handle) => {
          const [near, far] = networkOfTwo(time, this.#random, weather);
          this.server = endpoint(far, time, this.#random, (message) => this.#serve(message));
          return new CoapAssociation({ ...common, transport: near, handle, peer: "192.0.2.1:5683" });
        },
      },
    });
  }

  /** A request of the server; time goes on until it is answered. */
  async ask(
    method: keyof typeof Method,
    path: string,
    fields: Parameters<typeof request>[2] = {},
  ): Promise<CoapResponse> {
    return this.until(this.#endpoint.send(request(method, path, fields)));
  }

  async until<T>(promise: Promise<T>): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    void done.catch(() => {});
    while (!settled) await this.device.time.advance(100);
    return done;
  }

  get #endpoint(): CoapEndpoint {
    return this.server ?? assert.fail("nobody connected");
  }

  #serve(message: CoapRequest): CoapResponse {
    this.received.push(message);
    this.registrations.push(`${codeText(message.method)} ${message.path.join("/")} ${message.query.join("&")}`.trim());
    if (message.method === Method.DELETE) return { code: Code.Deleted };
    return message.path.at(-1) === "rd" ? { code: Code.Created, locationPath: ["rd", "x"] } : { code: Code.Changed };
  }
}

for (const [name, weather, seeds] of [
  ["a good", fair, 1],
  ["a lossy, duplicating, reordering", foul, 12],
] as const) {
  test(`over CoAP and ${name} network: Register, Read, Write, Execute, Observe, Update, De-register, each once`, async () => {
    for (let seed = 0; seed < seeds; seed++) await lifetime(new Field(weather, seed));
  });
}

async function lifetime(field: Field): Promise<void> {
  const { device, account } = field;
  account.start();
  while (account.status.state !== "registered") await device.time.advance(1000);
  assert.equal(new TextDecoder().decode((await field.ask("GET", "/3/0/0")).payload), "Acme");
  const written = await field.ask("PUT", "/33000/0/1", { contentFormat: ContentFormat.text, payload: "7" });
  assert.equal(written.code, Code.Changed);
  assert.equal((await field.ask("POST", "/33000/0/12")).code, Code.Changed);
  assert.deepEqual(device.testObject.executed, ["[]"]);
  assert.equal((await field.ask("GET", "/0/0")).code, Code.Unauthorized);

  const seen: string[] = [];
  const server = field.server ?? assert.fail();
  const observed = await field.until(
    server.observe(request("GET", "/33000/0/1"), {
      notification: ({ payload }) => void seen.push(new TextDecoder().decode(payload)),
    }),
  );
  assert.ok(observed.observing);
  await device.time.advance(1000);
  device.testObject.set(0, 1, integerValue(8));
  await device.time.advance(60_000);
  // Notifications are not confirmable by default: one may be lost, but never repeated or out of date.
  assert.ok(seen.length <= 1 && seen.every((value) => value === "8"), seen.join());
  if (field.weather === fair) assert.equal(seen.length, 1);
  await field.until(observed.cancel());
  assert.deepEqual(account.status.observations, []);

  await device.time.advance(300_000);
  await field.until(account.stop());
  const kinds = new Set(field.registrations);
  assert.ok(kinds.has("0.02 rd lwm2m=1.1&ep=dev1&lt=300&b=U") && kinds.has("0.02 rd/x"));
}

test("a body of many blocks is written and read whole", async () => {
  const field = new Field(fair, 1);
  field.account.start();
  await field.device.time.advance(1000);
  const payload = Uint8Array.from({ length: 20_000 }, (_, i) => i % 251);
  const written = await field.ask("PUT", "/33000/0/5", { contentFormat: ContentFormat.opaque, payload });
  assert.equal(written.code, Code.Changed);
  assert.deepEqual(field.device.testObject.values.get("0/5"), opaqueValue(payload));
  assert.deepEqual((await field.ask("GET", "/33000/0/5", { accept: ContentFormat.opaque })).payload, payload);
  await field.until(field.account.stop());
});

test("Send of many blocks arrives whole", async () => {
  const field = new Field(fair, 1);
  field.device.server.replace({ ...field.device.server.settings, muteSend: false });
  field.account.start();
  await field.device.time.advance(1000);
  const value = opaqueValue(Uint8Array.from({ length: 20_000 }, (_, i) => i % 251));
  field.device.testObject.set(0, 5, value);
  await field.until(field.account.send([[33000, 0, 5]]));
  const sent = field.received.at(-1);
  assert.deepEqual([sent?.path, sent?.contentFormat], [["dp"], ContentFormat.senmlCbor]);
  const records = decodeSenmlCbor(sent?.payload ?? new Uint8Array(), () => "opaque");
  assert.deepEqual(records, [{ path: [33000, 0, 5], value }]);
  await field.until(field.account.stop());
});

test("several paths are observed and notified together, also in many blocks", async () => {
  const field = new Field(fair, 1);
  field.account.start();
  await field.device.time.advance(1000);
  const seen: DataRecord[][] = [];
  const server = field.server ?? assert.fail();
  const types = (path: Path) => (path[2] === 5 ? "opaque" : "integer");
  const observed = await field.until(
    server.observe(
      request("FETCH", "/", {
        contentFormat: 112,
        payload: fromHex("82a1006a2f33333030302f302f31a1006a2f33333030302f302f35"),
      }),
      {
        notification: ({ payload = new Uint8Array() }) => void seen.push(decodeSenmlCbor(payload, types)),
      },
    ),
  );
  assert.ok(observed.observing);
  const value = opaqueValue(new Uint8Array(5000));
  field.device.testObject.set(0, 5, value);
  await field.device.time.advance(10_000);
  assert.deepEqual(seen, [
    [
      { path: [33000, 0, 1], value: integerValue(-5) },
      { path: [33000, 0, 5], value },
    ],
  ]);
  await field.until(observed.cancel());
  assert.deepEqual(field.account.status.observations, []);
  await field.until(field.account.stop());
});
