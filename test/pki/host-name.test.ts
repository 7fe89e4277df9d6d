import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesDnsName } from "../../src/pki/host-name.ts";
import { parseIpAddress } from "../../src/pki/ip-address.ts";
import { toHex } from "../../src/util/bytes.ts";

test("host names match without regard to case and a dot at the end", () => {
  assert.ok(matchesDnsName("Server.Example", "server.example"));
  assert.ok(matchesDnsName("server.example.", "server.example"));
  assert.ok(matchesDnsName("server.example", "server.example."));
  assert.ok(matchesDnsName("localhost", "localhost"));
  assert.ok(matchesDnsName("a_b.example", "a_b.example"));
  assert.ok(!matchesDnsName("server.example", "example"));
  assert.ok(!matchesDnsName("example", "server.example"));
});

test("a wildcard stands for exactly one label, the leftmost, with two labels after it", () => {
  assert.ok(matchesDnsName("*.server.example", "a.server.example"));
  assert.ok(!matchesDnsName("*.server.example", "a.b.server.example"));
  assert.ok(!matchesDnsName("*.server.example", "server.example"));
  assert.ok(!matchesDnsName("*.server.example", ".server.example"));
  for (const pattern of [
    "*.example",
    "*",
    "*.",
    "a*.server.example",
    "*a.server.example",
    "a.*.example",
    "*.*.example",
  ])
    assert.ok(!matchesDnsName(pattern, "a.server.example") && !matchesDnsName(pattern, "a.example"), pattern);
});

test("what is no host name matches nothing, not even itself", () => {
  for (const name of [
    "",
    ".",
    "a..b",
    "a b",
    "-a.example",
    "*.server.example",
    "ü.example",
    "a.example/x",
    `${"a".repeat(64)}.example`,
  ])
    assert.ok(!matchesDnsName(name, name), name);
});

test("IP literals are told from host names", () => {
  const parsed = (text: string) => {
    const bytes = parseIpAddress(text);
    return bytes && toHex(bytes);
  };
  assert.equal(parsed("192.0.2.1"), "c0000201");
  assert.equal(parsed("::"), "00".repeat(16));
  assert.equal(parsed("[::1]"), `${"00".repeat(15)}01`);
  assert.equal(parsed("2001:DB8::8:800:200C:417A"), "20010db80000000000080800200c417a");
  assert.equal(parsed("1:2:3:4:5:6:7:8"), "00010002000300040005000600070008");
  assert.equal(parsed("1:2:3:4:5:6:7::"), "00010002000300040005000600070000");
  assert.equal(parsed("::ffff:192.0.2.1"), "00000000000000000000ffffc0000201");
  assert.equal(parsed("fe80::1%eth0"), "fe800000000000000000000000000001");
  const none = [
    "",
    "a",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "01.1.1.1",
    "0x1.1.1.1",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
  ];
  const more = [
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::12345",
    "::g",
    "1.2.3.4::",
    "::1.2.3",
    "[::1",
    "::1]",
    "server.example",
  ];
  for (const text of [...none, ...more]) assert.equal(parsed(text), undefined, text);
});
