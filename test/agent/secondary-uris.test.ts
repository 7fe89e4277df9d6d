import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ServerAssociations } from "../../src/agent/accounts/server-associations.ts";
import { CardFiguresCounter } from "../../src/agent/cards/card-figures.ts";
import type { Association } from "../../src/association/association.ts";
import { Code, Method } from "../../src/coap/message.ts";
import type { SecuritySettings } from "../../src/lwm2m/bootstrap/security-settings.ts";
import { FolderRecords } from "../../src/platform/folder-records.ts";
import { LwM2mServer } from "../../src/sandbox/lwm2m-server.ts";
import { encodeUtf8, fromHex } from "../../src/util/bytes.ts";
import { silentLogger } from "../../src/util/log.ts";
import { MemoryFolder } from "../support/memory-folder.ts";
import { pskServer, realPorts } from "../support/sandbox.ts";

const psk = {
  mode: "psk",
  publicKeyOrIdentity: encodeUtf8("device"),
  secretKey: fromHex("000102030405060708090a0b0c0d0e0f"),
} as const;
const unresolved = `${"a".repeat(64)}.example`;

async function connect(
  t: TestContext,
  settings: Pick<SecuritySettings, "uri" | "secondaryUris"> & Partial<SecuritySettings>,
) {
  const account = {
    settings: {
      mode: "nosec" as const,
      instance: 0,
      bootstrap: false,
      shortServerId: 1,
      holdOffSeconds: 0,
      matchingType: 0,
      certificateUsage: 3,
      cipherSuites: [],
      groups: [],
      oscore: false,
      ...settings,
    },
    configured: false,
  };
  const said: string[] = [];
  const logger = {
    ...silentLogger,
    warn: (text: string) => void said.push(text),
    info: (text: string) => void said.push(text),
  };
  const associations = new ServerAssociations(account, {
    ...realPorts,
    logger,
    coapParameters: { ackTimeoutMs: 50, maxRetransmit: 1 },
    wallClock: { now: () => 0, trusted: false },
    credentials: { open: () => assert.fail("the account has its own key"), close: async () => {} },
    createVerifier: async () => ({ verify: () => assert.fail("PSK has no certificate to verify") }),
    cardFigures: new CardFiguresCounter(),
    store: new FolderRecords(new MemoryFolder(), silentLogger),
    sessions: { connectionId: true, resumption: true, resumptionMaxAge: 60 },
    emit: () => {},
  });
  const association = await associations.connect(async () => ({ code: Code.NotFound }), new AbortController().signal);
  t.after(() => association.close());
  return { association, said };
}

async function registers(association: Association): Promise<number> {
  const query = ["lwm2m=1.1", "ep=device", "lt=60"];
  return (await association.send({ method: Method.POST, path: ["rd"], query, options: [], payload: encodeUtf8("") }))
    .code;
}

test("where the first URI leads nowhere the secondary ones are tried in order", async (t) => {
  const secure = await pskServer(t);
  const plain = await LwM2mServer.start();
  t.after(() => plain.close());
  for (const settings of [
    { ...psk, uri: `coaps://${unresolved}`, secondaryUris: [`coaps://b${unresolved}`, secure.uri] },
    { uri: "coap://127.0.0.1:9", secondaryUris: [`coap://${unresolved}`, plain.uri] },
  ]) {
    const { association, said } = await connect(t, settings);
    assert.equal(await registers(association), Code.Created);
    assert.equal(said.filter((text) => /its next URI is tried/.test(text)).length, 2);
  }
});

test("where the first URI works nothing else is asked, and what is no URI is left out", async (t) => {
  const server = await pskServer(t);
  const { association, said } = await connect(t, { ...psk, uri: server.uri, secondaryUris: ["nonsense"] });
  assert.equal(await registers(association), Code.Created);
  assert.deepEqual(said, ["a secondary URI of an account is left out"]);
});

test("where none works the last reason is told", async (t) => {
  const settings = { ...psk, uri: `coaps://${unresolved}`, secondaryUris: [`coaps://b${unresolved}`] };
  await assert.rejects(connect(t, settings), /b.*does not resolve/);
});
