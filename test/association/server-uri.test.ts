import assert from "node:assert/strict";
import { test } from "node:test";
import { parseServerUri } from "../../src/association/server-uri.ts";

test("ports default by scheme", () => {
  assert.equal(parseServerUri("coap://example.com").port, 5683);
  assert.equal(parseServerUri("coaps://example.com").port, 5684);
  assert.equal(parseServerUri("COAPS://Example.COM:1/").host, "example.com");
});

test("path and query are kept as lists, decoded", () => {
  const uri = parseServerUri("coaps://h/a%2Fb/c?x=y&z=%26");
  assert.deepEqual(uri.path, ["a/b", "c"]);
  assert.deepEqual(uri.query, ["x=y", "z=&"]);
  assert.deepEqual(parseServerUri("coap://h/").path, []);
});

test("addresses are told from names, with and without scope id", () => {
  assert.deepEqual(pick("coap://[2001:DB8::1]:99"), ["2001:db8::1", 99, true]);
  assert.deepEqual(pick("coap://[fe80::1%25eth0]"), ["fe80::1%eth0", 5683, true]);
  assert.deepEqual(pick("coap://192.0.2.1"), ["192.0.2.1", 5683, true]);
  assert.deepEqual(pick("coap://192.0.2.1.example"), ["192.0.2.1.example", 5683, false]);
});

function pick(text: string): unknown[] {
  const { host, port, literal } = parseServerUri(text);
  return [host, port, literal];
}

test("what is no server URI is refused and named", () => {
  const bad = ["", "h", "http://h", "coap:/h", "coap://", "coap://h:0", "coap://h:65536", "coap://h#f", "coap://u@h"];
  for (const text of [...bad, "coap://[1.2.3.4]", "coap://h/%zz", "coap://[::1", "coap://h:p"]) {
    assert.throws(() => parseServerUri(text), { code: "BAD_SERVER_URI" }, text);
  }
});
