import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { type Leshan, startLeshan, startLeshanDevice } from "../support/foreign/leshan.ts";
import { LeshanHttpError } from "../support/foreign/leshan-rest.ts";
import { TestAuthority } from "../support/foreign/test-authority.ts";

// Leshan's servers driven with Leshan's own client: whatever fails here is the harness, not our device.
describe("the Leshan servers of the interop tests", () => {
  let leshan: Leshan;
  const cleanup = suiteCleanup();
  const authority = new TestAuthority(cleanup);

  before(async () => {
    leshan = await startLeshan(cleanup, { identity: authority.server(), ca: authority.cert });
  });

  test("list a device, carry operations to it and hear of its values", async (t) => {
    const events = await leshan.management.events("plain");
    const device = startLeshanDevice(t, { server: `coap://127.0.0.1:${leshan.ports.coap}`, endpoint: "plain" });
    assert.equal((await events.waitFor("REGISTRATION")).endpoint, "plain");
    assert.ok((await leshan.management.registrations()).some((one) => one.endpoint === "plain"));

    const read = await leshan.management.read("plain", "/3/0/0", "TEXT");
    assert.equal(read.status, "CONTENT(205)");
    assert.deepEqual(read.content, { kind: "singleResource", id: 0, type: "STRING", value: "Leshan" });
    const lifetime = { kind: "singleResource", id: 1, type: "integer", value: "120" } as const;
    assert.equal(
      (await leshan.management.write("plain", "/1/0/1", lifetime, { format: "TLV" })).status,
      "CHANGED(204)",
    );
    const whole = await leshan.management.read("plain", "/1/0", "SENML_CBOR");
    assert.equal(whole.content?.kind, "instance");
    const discovered = await leshan.management.discover("plain", "/1/0");
    assert.ok(discovered.objectLinks?.some((link) => link.url === "/1/0/1"));
    assert.equal((await leshan.management.writeAttributes("plain", "/1/0/1", "pmin=0&pmax=60")).status, "CHANGED(204)");
    assert.equal((await leshan.management.execute("plain", "/1/0/8")).status, "CHANGED(204)");
    assert.equal((await events.waitFor("UPDATED")).registration.endpoint, "plain");

    assert.equal((await leshan.management.observe("plain", "/1/0/1", "SENML_JSON")).status, "CONTENT(205)");
    await leshan.management.write("plain", "/1/0/1", { ...lifetime, value: "90" });
    const notification = await events.waitFor("NOTIFICATION");
    assert.deepEqual(notification.val, { kind: "singleResource", id: 1, type: "INTEGER", value: "90" });
    assert.equal((await leshan.management.cancel("plain", "/1/0/1", "active")).status, "CONTENT(205)");

    const both = await leshan.management.readComposite("plain", ["/3/0/0", "/1/0/1"]);
    assert.deepEqual(Object.keys(both.content ?? {}).sort(), ["/1/0/1", "/3/0/0"]);
    await events.waitFor("COAPLOG", (message) => message.incoming && message.code === "2.05");
    await device.stop();
    assert.equal((await events.waitFor("DEREGISTRATION")).expired, false);
  });

  test("take a device by its certificate and tell the suite", async (t) => {
    const events = await leshan.management.events("cert-device");
    await leshan.management.allow({ endpoint: "cert-device", tls: { mode: "x509" } });
    const server = `coaps://localhost:${leshan.ports.coaps}`;
    startLeshanDevice(t, { server, endpoint: "cert-device", ...authority.device("cert-device"), ca: authority.cert });
    assert.equal((await events.waitFor("REGISTRATION")).secure, true);
    assert.match((await leshan.management.registration("cert-device")).cipherSuite ?? "", /^TLS_ECDHE_ECDSA_WITH_AES_/);
  });

  test("take a device by its pre-shared key", async (t) => {
    const events = await leshan.management.events("psk-device");
    const details = { identity: "psk-device", key: "00112233445566778899aabbccddeeff" };
    await leshan.management.allow({ endpoint: "psk-device", tls: { mode: "psk", details } });
    assert.ok((await leshan.management.allowed()).some((one) => one.endpoint === "psk-device"));
    const server = `coaps://localhost:${leshan.ports.coaps}`;
    startLeshanDevice(t, { server, endpoint: "psk-device", psk: details.key, identity: details.identity });
    await events.waitFor("REGISTRATION");
    assert.match(
      (await leshan.management.registration("psk-device")).cipherSuite ?? "",
      /^TLS_PSK_WITH_AES_|^TLS_ECDHE_PSK/,
    );
  });

  test("give a device its account at bootstrap", async (t) => {
    const [sessions, events] = [await leshan.bootstrap.events("fresh"), await leshan.management.events("fresh")];
    await leshan.bootstrap.configure("fresh", {
      toDelete: ["/1"],
      servers: { 0: { shortId: 1, lifetime: 300, binding: "U" } },
      security: {
        1: {
          bootstrapServer: false,
          uri: `coap://127.0.0.1:${leshan.ports.coap}`,
          serverId: 1,
          securityMode: "NO_SEC",
        },
      },
    });
    const server = `coap://127.0.0.1:${leshan.ports.bootstrapCoap}`;
    startLeshanDevice(t, { server, endpoint: "fresh", bootstrap: true });
    await sessions.waitFor("BSSESSION", (step) => step.name === "finished");
    await events.waitFor("REGISTRATION");
  });

  test("send security mode 4 at bootstrap as it was configured", async (t) => {
    const sessions = await leshan.bootstrap.events("enrolling");
    await leshan.bootstrap.configure("enrolling", {
      servers: { 0: { shortId: 1, lifetime: 300, binding: "U" } },
      security: { 1: { uri: "coaps://localhost:5684", serverId: 1, securityMode: "EST", serverPublicKey: "AQID" } },
    });
    assert.ok("enrolling" in (await leshan.bootstrap.configurations()));
    const server = `coap://127.0.0.1:${leshan.ports.bootstrapCoap}`;
    startLeshanDevice(t, { server, endpoint: "enrolling", bootstrap: true });
    await sessions.waitFor("BSSESSION", (step) => step.message.startsWith("/0/1 CHANGED"));
    await leshan.bootstrap.forget("enrolling");
    assert.ok(!("enrolling" in (await leshan.bootstrap.configurations())));
  });

  test("say that a device is not registered", async () => {
    const isBadRequest = (error: unknown): boolean => error instanceof LeshanHttpError && error.status === 400;
    await assert.rejects(leshan.management.read("nobody", "/3/0/0"), isBadRequest);
  });
});
