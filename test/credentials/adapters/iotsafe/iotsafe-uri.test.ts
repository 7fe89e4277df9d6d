import assert from "node:assert/strict";
import { test } from "node:test";
import { parseIotSafeUri } from "../../../../src/credentials/adapters/iotsafe/iotsafe-uri.ts";
import { defaultAids } from "../../../../src/credentials/adapters/iotsafe/select-applet.ts";
import { fromHex } from "../../../../src/util/bytes.ts";

test("everything has a default: the first PC/SC card, all known AIDs, discovery", () => {
  assert.deepEqual(parseIotSafeUri("iotsafe:"), {
    channel: { kind: "pcsc" },
    settings: { aids: defaultAids, class: "auto" },
    selectors: {},
  });
});

test("identifiers and labels name the key, its public half and the certificate", () => {
  const { selectors } = parseIotSafeUri("iotsafe:?key=303031&public-key-label=my%20key&cert=03");
  assert.deepEqual(selectors, {
    key: { id: fromHex("303031") },
    publicKey: { label: "my key" },
    certificate: { id: fromHex("03") },
  });
});

test("the channel is a reader, a Unix socket or a TCP address", () => {
  const channel = (text: string) => parseIotSafeUri(`iotsafe:?channel=${text}`).channel;
  assert.deepEqual(channel("pcsc:Virtual PCD 00 00"), { kind: "pcsc", reader: "Virtual PCD 00 00" });
  assert.deepEqual(channel("socket:/run/sim.sock"), { kind: "socket", path: "/run/sim.sock" });
  assert.deepEqual(channel("tcp:localhost:35963"), { kind: "tcp", host: "localhost", port: 35963 });
  assert.deepEqual(channel("tcp:::1:35963"), { kind: "tcp", host: "::1", port: 35963 });
});

test("the AIDs to try are a list, in order", () => {
  const { settings } = parseIotSafeUri("iotsafe:?aid=A0000002480400,A0000005590010&class=interindustry");
  assert.deepEqual(settings, { aids: [fromHex("A0000002480400"), fromHex("A0000005590010")], class: "interindustry" });
});

test("a value that cannot be is refused with the parameter's name", () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ["channel=usb", /"channel" must be/],
    ["channel=socket", /"channel" must be/],
    ["channel=tcp:localhost", /"channel" must be/],
    ["channel=tcp:localhost:70000", /"channel" must be/],
    ["aid=A000", /"aid" must be 5 to 16 bytes/],
    ["aid=A0000005590010,", /"aid" must be/],
    ["key=0", /"key" must be 1 to 20 bytes/],
    ["cert=xy", /"cert" must be/],
    [`key=${"00".repeat(21)}`, /"key" must be/],
    ["key=01&key-label=a", /"key" and "key-label" name the same object/],
    ["class=both", /"class" must be one of/],
    ["pin=1234", /no parameter "pin"/],
  ];
  for (const [query, message] of wrong) {
    assert.throws(() => parseIotSafeUri(`iotsafe:?${query}`), { code: "BAD_CREDENTIAL_URI", message }, query);
  }
  assert.throws(() => parseIotSafeUri("file:/key.pem"), { code: "BAD_CREDENTIAL_URI" });
  assert.throws(() => parseIotSafeUri("iotsafe:/dev/sim"), { code: "BAD_CREDENTIAL_URI", message: /no path/ });
});
