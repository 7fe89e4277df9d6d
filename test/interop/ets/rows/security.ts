import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parsePem } from "../../../../src/crypto/pem.ts";
import { encodeUtf8, toHex } from "../../../../src/util/bytes.ts";
import { temporaryFolder } from "../../../support/foreign/temporary-folder.ts";
import type { Identity } from "../../../support/foreign/test-authority.ts";
import { accountSteps } from "../accounts.ts";
import type { Bench, Procedure } from "../bench.ts";
import { BootstrapSide } from "../bootstrap-side.ts";
import type { Device } from "../device.ts";
import { LeshanSide } from "../leshan-side.ts";
import { assertValues } from "../nodes.ts";

const key = "00112233445566778899aabbccddeeff";

/** ETS 1.1-int-1, 2, 10 and 401 to 403: DTLS. The trace has the records, and the messages as Leshan saw them. */
export const security: Readonly<Record<string, Procedure>> = {
  "1.1-int-1": async (bench) => {
    const identity = `${bench.endpoint}-identity`;
    await bench.leshan.bootstrap.allow(pskOf(bench));
    await bench.leshan.management.allow(pskOf(bench));
    const side = await BootstrapSide.open(bench, "coaps");
    const keys = { mode: 0, identity: toHex(encodeUtf8(identity)), secret: key } as const;
    await side.script([...accountSteps(side.serverUri, keys), { discover: "/" }]);
    side.startDevice({ security: { credential: pskCredential(bench) } });
    await side.finished();
    await assertSecureAndRead(bench, side.leshan);
  },
  "1.1-int-2": async (bench) => {
    await bench.leshan.bootstrap.allow({ endpoint: bench.endpoint, tls: { mode: "x509" } });
    await bench.leshan.management.allow({ endpoint: bench.endpoint, tls: { mode: "x509" } });
    const { device, server, ca } = identitiesOf(bench);
    const side = await BootstrapSide.open(bench, "coaps");
    const [identity, serverKey, secret] = [derHex(device.cert), derHex(server.cert), derHex(device.key)];
    await side.script([...accountSteps(side.serverUri, { mode: 2, identity, serverKey, secret }), { discover: "/" }]);
    side.startDevice({ security: { credential: `file:${device.key}?cert=${device.cert}`, trust: { anchors: [ca] } } });
    await side.finished();
    await assertSecureAndRead(bench, side.leshan);
  },
  "1.1-int-10": async (bench) => {
    await bench.leshan.bootstrap.allow({ endpoint: bench.endpoint, tls: { mode: "x509" } });
    await bench.leshan.management.allow({ endpoint: bench.endpoint, tls: { mode: "x509" } });
    const { device: own, server, ca } = identitiesOf(bench);
    const side = await BootstrapSide.open(bench, "coaps");
    const enrolments = await bench.leshan.bootstrap.events(bench.endpoint);
    // As printed: mode 2, and neither certificate nor key in the account.
    const keys = { mode: 2, identity: "", serverKey: derHex(server.cert), secret: "" } as const;
    await side.script([...accountSteps(side.serverUri, keys), { discover: "/" }]);
    const device = side.startDevice({
      security: { credential: `file:${own.key}?cert=${own.cert}`, trust: { anchors: [ca] } },
      enrolment: { keys: "software", order: "before-bootstrap", keylessAccounts: true },
    });
    await enrolments.waitFor("EST", ({ name }) => name === "sen");
    await enrolments.waitFor("BSSESSION", ({ name }) => name === "new session");
    await side.finished();
    await assertSecureAndRead(bench, side.leshan);
    assert.equal((await device.waitFor("enrolment-issued")).subject, `CN=${bench.endpoint}`);
    await device.waitFor("credential", ({ source }) => source === "enrolled");
  },
  "1.1-int-401": async (bench) => {
    await bench.leshan.management.allow(pskOf(bench));
    const { leshan } = await secured(bench, { credential: pskCredential(bench) });
    await assertSecureAndRead(bench, leshan);
  },
  "1.1-int-402": async (bench) => {
    await bench.leshan.management.allow({ endpoint: bench.endpoint, tls: { mode: "x509" } });
    const { device, ca } = identitiesOf(bench);
    const credential = `file:${device.key}?cert=${device.cert}`;
    const { leshan } = await secured(bench, { credential, trust: { anchors: [ca] } });
    await assertSecureAndRead(bench, leshan);
  },
  "1.1-int-403": async (bench) => {
    await bench.leshan.management.allow({ endpoint: bench.endpoint, tls: { mode: "x509" } });
    const { device: own, ca } = identitiesOf(bench);
    const credential = `file:${own.key}?cert=${own.cert}`;
    const trust = { anchors: [ca] };
    const { device } = await secured(bench, { credential, trust, sni: "server-fail.example.com" });
    const { reason } = await device.waitFor("retrying");
    assert.match(reason, /server-fail\.example\.com/);
    await assert.rejects(bench.leshan.management.registration(bench.endpoint), "no registration");
  },
};

async function secured(bench: Bench, account: object): Promise<{ device: Device; leshan: LeshanSide }> {
  const { leshan, endpoint } = bench;
  const side = new LeshanSide(leshan.management, endpoint, await leshan.management.events(endpoint));
  const wire = await bench.wire(leshan.ports.coaps, "leshan");
  const device = bench.device({ server: { uri: `coaps://localhost:${wire.port}`, security: account } });
  device.start();
  return { device, leshan: side };
}

/** Registered over DTLS, and read; what Leshan saw goes into the trace. */
async function assertSecureAndRead(bench: Bench, leshan: LeshanSide): Promise<void> {
  assert.equal((await leshan.registered()).secure, true);
  assertValues(await leshan.read("/3/0", "TLV"), { "/3/0/0": "Example Maker", "/3/0/16": "U" });
  for (const { name, data } of leshan.events.log.unread()) {
    if (name !== "COAPLOG") continue;
    const way = data.incoming ? "device > leshan" : "leshan > device";
    bench.trace.message(
      `${way}, inside`,
      `${data.type} ${data.code} mid=${data.mId} token=${data.token} ${data.options}`,
    );
  }
}

function pskOf({ endpoint }: Bench) {
  const details = { identity: `${endpoint}-identity`, key };
  return { endpoint, tls: { mode: "psk", details } } as const;
}

function pskCredential({ cleanup, endpoint }: Bench): string {
  const file = join(temporaryFolder(cleanup), "psk.hex");
  writeFileSync(file, key);
  return `file:${file}?identity=${endpoint}-identity`;
}

function identitiesOf({ authority, endpoint, serverIdentity: server }: Bench) {
  return { device: authority.device(endpoint) satisfies Identity, server, ca: authority.cert };
}

/** The first block of a PEM file. */
function derHex(file: string): string {
  const [block] = parsePem(readFileSync(file));
  return toHex(block?.content ?? new Uint8Array());
}
