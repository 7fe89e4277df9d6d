import assert from "node:assert/strict";
import { test } from "node:test";
import { connectDtls } from "../../src/association/connect-dtls.ts";
import { connectNosec } from "../../src/association/connect-nosec.ts";
import { parseServerUri } from "../../src/association/server-uri.ts";
import { Code, Method } from "../../src/coap/message.ts";
import { CoapServer, type CoapServerOptions } from "../../src/sandbox/coap-server.ts";
import { pskCredential, pskSecurity, realPorts } from "../support/sandbox.ts";

const { signal } = new AbortController();
const nothing = () => ({ code: Code.NotFound });
const verifier = { verify: async () => ({ accepted: false, code: "untrusted", message: "not used" }) as const };
const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

for (const [name, options] of [
  ["plain CoAP", {}],
  ["DTLS", { security: pskSecurity }],
] satisfies [string, CoapServerOptions][]) {
  test(`a server that is closed keeps no timer, over ${name}`, async () => {
    const before = timers();
    const server = await CoapServer.start(options, () => ({ code: Code.Content }));
    const uri = parseServerUri(server.uri);
    const client = uri.secure
      ? await connectDtls({ uri, parties: { credential: pskCredential, verifier } }, nothing, realPorts, signal)
      : await connectNosec(uri, nothing, realPorts, signal);
    const request = { method: Method.POST, path: ["rd"], query: [], options: [], payload: new Uint8Array(3000) };
    assert.equal((await client.send(request)).code, Code.Content);
    await client.close();
    assert.ok(timers() > before, "the server remembers the transfer");
    await server.close();
    assert.equal(timers(), before);
  });
}
