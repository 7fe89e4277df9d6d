import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { AccountSecurity } from "../../../src/agent/accounts/account-security.ts";
import { createVerifier } from "../../../src/agent/accounts/trust.ts";
import { CardFiguresCounter } from "../../../src/agent/cards/card-figures.ts";
import { packageSources } from "../../../src/agent/packages/package-sources.ts";
import type { ServerUri } from "../../../src/association/server-uri.ts";
import { parseConfig } from "../../../src/cli/config/load-config.ts";
import { Code } from "../../../src/coap/message.ts";
import { FileCredentialProvider } from "../../../src/credentials/adapters/file/file-credential-provider.ts";
import type { DownloadSink } from "../../../src/lwm2m/package-delivery/download-source.ts";
import { PathValidator } from "../../../src/pki/path-validator.ts";
import { systemWallClock } from "../../../src/platform/clock.ts";
import { machineFiles } from "../../../src/platform/files.ts";
import { CoapServer } from "../../../src/sandbox/coap-server.ts";
import { type CertifiedKey, SandboxCa } from "../../../src/sandbox/sandbox-ca.ts";
import { concatBytes } from "../../../src/util/bytes.ts";
import { pattern } from "../../support/coap-messages.ts";
import { realPorts } from "../../support/sandbox.ts";

const image = pattern(5000);
const { signal } = new AbortController();

interface World {
  readonly ca: SandboxCa;
  readonly server: CertifiedKey;
  /** What the package server was asked, once a TLS handshake was done. */
  readonly asked: string[];
  /** Fetches with this `packages` section; gives the bytes. */
  fetch(uri: string, packages: object): Promise<Uint8Array>;
  path(name: string): string;
}

async function world(t: TestContext): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "package-sources-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  const ca = await SandboxCa.create();
  const foreign = await SandboxCa.create("foreign");
  const server = await ca.issueServer();
  const other = await ca.issueServer();
  const device = await ca.issueDevice("device");
  writeFileSync(path("ca.pem"), `${foreign.certificatePem}\n${ca.certificatePem}`);
  writeFileSync(path("ca.der"), ca.certificate);
  writeFileSync(path("foreign.pem"), foreign.certificatePem);
  writeFileSync(path("server.pem"), pem(server));
  writeFileSync(path("other.der"), other.certificate);
  writeFileSync(path("device.pem"), pem(device));
  writeFileSync(path("device.key"), device.privateKey);
  const fetch = async (uri: string, packages: object): Promise<Uint8Array> => {
    const text = JSON.stringify({ endpoint: "device", server: { uri: "coap://127.0.0.1" }, packages });
    const ports = {
      ...realPorts,
      credentials: new FileCredentialProvider(machineFiles),
      createVerifier: (account: AccountSecurity, server: ServerUri) =>
        createVerifier(account, server, { wallClock: systemWallClock, files: machineFiles }),
      cardFigures: new CardFiguresCounter(),
      wallClock: systemWallClock,
      store: { read: async () => undefined, write: async () => {}, remove: async () => {} },
      sessions: { connectionId: true, resumption: false, resumptionMaxAge: 0 },
      emit: () => {},
    };
    const source = packageSources(parseConfig(text, path("agent.yaml")), ports, machineFiles);
    const sink = new Collected();
    await source.get(new URL(uri).protocol.slice(0, -1))?.download({ uri, offset: 0 }, sink, signal);
    return concatBytes(sink.parts);
  };
  return { ca, server, asked: [], fetch, path };
}

class Collected implements DownloadSink {
  readonly parts: Uint8Array[] = [];

  async begin(): Promise<void> {}

  async append(bytes: Uint8Array): Promise<void> {
    this.parts.push(bytes.slice());
  }
}

async function httpsServer(t: TestContext, { server, asked }: World): Promise<number> {
  const key = createPrivateKey({ key: Buffer.from(server.privateKey), format: "der", type: "pkcs8" });
  const https = createServer(
    { key: key.export({ format: "pem", type: "pkcs8" }), cert: pem(server) },
    (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.end(image);
    },
  );
  await new Promise<void>((resolve) => https.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    https.closeAllConnections();
    https.close();
  });
  return (https.address() as AddressInfo).port;
}

function pem({ certificate }: CertifiedKey): string {
  return new X509Certificate(certificate).toString();
}

test("https takes servers below the anchors, PEM or DER, for the name that is asked for, and nobody else", async (t) => {
  const met = await world(t);
  const port = await httpsServer(t, met);
  const uri = `https://127.0.0.1:${port}/image`;
  for (const anchor of ["ca.pem", "ca.der"]) {
    assert.deepEqual(await met.fetch(uri, { trust: { anchors: [met.path(anchor)] } }), image);
  }
  assert.equal(met.asked.length, 2);
  await assert.rejects(met.fetch(uri, { trust: { anchors: [met.path("foreign.pem")] } }), /certificate/);
  await assert.rejects(met.fetch(uri, {}), /certificate/, "the authorities that come with Node do not know it");
  await assert.rejects(met.fetch(`https://127.0.0.2:${port}/image`, { trust: { anchors: [met.path("ca.pem")] } }));
  const lost = met.fetch(uri, { trust: { anchors: [met.path("nowhere.pem")] } });
  await assert.rejects(lost, { code: "BAD_TRUST_FILE", message: /nowhere\.pem/ });
  const revocation = { lists: [met.path("any.crl")] };
  const listed = met.fetch(uri, { trust: { anchors: [met.path("ca.pem")], revocation } });
  await assert.rejects(listed, { code: "NO_REVOCATION" }, "lists that nobody looks at");
  assert.equal(met.asked.length, 2, "nobody else hears of the package");
});

test("https takes the pinned certificate, and no other of the same authority, not even for a request", async (t) => {
  const met = await world(t);
  const uri = `https://127.0.0.1:${await httpsServer(t, met)}/image`;
  assert.deepEqual(await met.fetch(uri, { trust: { pinned: met.path("server.pem") } }), image);
  await assert.rejects(met.fetch(uri, { trust: { pinned: met.path("other.der") } }), {
    code: "CERTIFICATE_NOT_PINNED",
    message: /trust\.pinned/,
  });
  assert.deepEqual(met.asked, ["GET /image"]);
});

test("coaps takes servers below the anchors or the pinned certificate, and nobody else", async (t) => {
  const met = await world(t);
  const verifier = new PathValidator({
    anchors: [met.ca.certificate],
    peer: { role: "client" },
    clock: systemWallClock,
  });
  const security = { certificate: { own: met.server, verifier } };
  const server = await CoapServer.start({ security }, ({ path }) => {
    met.asked.push(path.join("/"));
    return { code: Code.Content, payload: image };
  });
  t.after(() => server.close());
  const uri = `${server.uri}/image`;
  const credential = `file:${met.path("device.key")}?cert=${met.path("device.pem")}`;
  for (const trust of [{ anchors: [met.path("ca.pem")] }, { pinned: met.path("server.pem") }]) {
    assert.deepEqual(await met.fetch(uri, { credential, trust }), image);
  }
  const heard = met.asked.length;
  for (const trust of [{ anchors: [met.path("foreign.pem")] }, { pinned: met.path("other.der") }, undefined]) {
    await assert.rejects(met.fetch(uri, { credential, ...(trust && { trust }) }), /certificate|trust/);
  }
  await assert.rejects(met.fetch(uri, { trust: { anchors: [met.path("ca.pem")] } }), { code: "NO_CREDENTIAL" });
  assert.equal(met.asked.length, heard);
});
