import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Code } from "../../../../src/coap/message.ts";
import { startServers } from "../../../../src/sandbox/demo/story/story-servers.ts";
import { DeviceOperations } from "../../../../src/sandbox/device-operations.ts";
import { SandboxCa } from "../../../../src/sandbox/sandbox-ca.ts";
import { temporaryFolder } from "../../../support/foreign/temporary-folder.ts";
import type { Bench, Procedure } from "../bench.ts";

/** ETS 1.1-int-10: bootstrap and enrolment by EST. The management server takes the operator's certificates alone. */
export const enrolment: Readonly<Record<string, Procedure>> = {
  "1.1-int-10": async (bench) => {
    const [simMaker, operator] = await Promise.all([SandboxCa.create("device maker"), SandboxCa.create("operator")]);
    const servers = await startServers({ simMaker, operator }, (text) => bench.trace.note(text.trim()));
    bench.cleanup.after(() => servers.close());
    const wire = await bench.wire(Number(new URL(servers.bootstrap.uri.replace("coaps:", "http:")).port), "bootstrap");
    const uri = `coaps://127.0.0.1:${wire.port}`;
    const security = await factorySecurity(bench, simMaker, operator);
    const device = bench.device({ bootstrap: { uri, security }, enrolment: { keys: "software" } });
    device.start();
    await device.waitFor("bootstrapped");
    await device.waitFor("registered");
    const { subject, issuer } = servers.shown[0] ?? assert.fail("no certificate was shown to the management server");
    assert.ok(subject.includes(bench.endpoint), subject);
    assert.equal(servers.shown.length, 1, "one handshake, with the new certificate");
    assert.match(issuer, /operator/);
    const registration = servers.management.registrations.find(({ endpoint }) => endpoint === bench.endpoint);
    assert.ok(registration);
    assert.equal((await new DeviceOperations(registration).read("/3/0")).code, Code.Content);
    // Security is for bootstrap alone: the new key stays unseen.
    assert.equal((await new DeviceOperations(registration).read("/0")).code, Code.Unauthorized);
  },
};

/** What the device is made with: a certificate of its maker, which the bootstrap server takes. */
async function factorySecurity({ cleanup, endpoint }: Bench, maker: SandboxCa, operator: SandboxCa): Promise<object> {
  const folder = temporaryFolder(cleanup);
  const key = join(folder, "device.key");
  const certificate = join(folder, "device.der");
  const anchor = join(folder, "operator.pem");
  const own = await maker.issueDevice(endpoint);
  writeFileSync(key, own.privateKey);
  writeFileSync(certificate, own.certificate);
  writeFileSync(anchor, operator.certificatePem);
  return { credential: `file:${key}?cert=${certificate}`, trust: { anchors: [anchor] } };
}
