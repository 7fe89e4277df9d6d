import assert from "node:assert/strict";
import { test } from "node:test";
import { objectLinkValue } from "../../../src/formats/values.ts";
import type { Configuration } from "../../../src/lwm2m/bootstrap/configuration.ts";
import { type ConsistencyPolicy, findInconsistencies } from "../../../src/lwm2m/bootstrap/consistency.ts";
import {
  booleanValue,
  bootstrapSecurity,
  configuration,
  content,
  integerValue,
  opaqueValue,
  plainSecurity,
  security,
  server,
  stringValue,
  unsignedValue,
  usualPolicy,
  utf8,
} from "./bootstrap-bench.ts";

const good = configuration({ 0: { 0: bootstrapSecurity(), 1: plainSecurity(101) }, 1: { 0: server(101) } });

/** One server account whose Security instance is this. */
function withSecurity(more: Parameters<typeof security>[1], uri = "coaps://dm.example"): Configuration {
  return configuration({ 0: { 1: security(uri, { 10: integerValue(101), ...more }) }, 1: { 0: server(101) } });
}

function withServer(more: Parameters<typeof server>[1]): Configuration {
  return configuration({ 0: { 1: plainSecurity(101) }, 1: { 0: server(101, more) } });
}

const x509 = { 2: integerValue(2), 3: utf8("client certificate"), 4: utf8("server certificate"), 5: utf8("key") };
const est = { 2: integerValue(4), 3: utf8(""), 4: utf8("anchor"), 5: utf8("") };

const cases: readonly [string, Configuration, readonly string[], Partial<ConsistencyPolicy>?][] = [
  ["a bootstrap and a server account are well", good, []],
  ["PSK is well", withSecurity({}), []],
  ["X.509 is well", withSecurity(x509), []],
  ["EST needs neither certificate nor key of the client", withSecurity(est), []],
  ["no account at all", configuration({}), ["/0: no server account"]],
  ["a bootstrap account alone", configuration({ 0: { 0: bootstrapSecurity() } }), ["/0: no server account"]],
  [
    "two bootstrap accounts",
    configuration({
      0: { 0: bootstrapSecurity(), 1: plainSecurity(101), 7: bootstrapSecurity() },
      1: { 0: server(101) },
    }),
    ["/0: 2 bootstrap accounts (/0/0, /0/7)"],
  ],
  [
    "a Security instance without Server instance",
    configuration({ 0: { 1: plainSecurity(101), 2: plainSecurity(102) }, 1: { 0: server(101) } }),
    ["/0/2: no Server instance (/1) has Short Server ID 102"],
  ],
  [
    "a Server instance without Security instance",
    configuration({ 0: { 1: plainSecurity(101) }, 1: { 0: server(101), 1: server(102) } }),
    ["/1/1: no Security instance (/0) has Short Server ID 102"],
  ],
  [
    "one Short Server ID twice",
    configuration({ 0: { 1: plainSecurity(101), 2: plainSecurity(101) }, 1: { 0: server(101), 3: server(101) } }),
    ["/0/2: Short Server ID 101 is also that of /0/1", "/1/3: Short Server ID 101 is also that of /1/0"],
  ],
  [
    "a bootstrap account's Short Server ID is of no concern",
    configuration({
      0: { 0: bootstrapSecurity("coap://bs", { 10: integerValue(101) }), 1: plainSecurity(101) },
      1: { 0: server(101) },
    }),
    [],
  ],
  [
    "Short Server ID 0 or absent",
    configuration({ 0: { 1: plainSecurity(0), 2: security("coap://dm") }, 1: { 0: server(0) } }),
    [
      "/0/1: the Short Server ID (resource 10) is missing or not 1..65534",
      "/0/2: the Short Server ID (resource 10) is missing or not 1..65534",
    ],
  ],
  [
    "an empty Security instance",
    configuration({ 0: { 1: plainSecurity(101), 3: content({}) }, 1: { 0: server(101) } }),
    [
      "/0/3: the server URI (resource 0) is missing",
      "/0/3: the Bootstrap-Server flag (resource 1) is missing",
      "/0/3: the security mode (resource 2) is missing",
    ],
  ],
  [
    "a Server instance with its Short Server ID alone",
    configuration({ 0: { 1: plainSecurity(101) }, 1: { 0: content({ 0: integerValue(101) }) } }),
    [
      "/1/0: mandatory resource 1 (Lifetime) is missing",
      "/1/0: mandatory resource 6 (Notification Storing When Disabled or Offline) is missing",
      "/1/0: mandatory resource 7 (Binding) is missing",
    ],
  ],
  [
    "a URI that is none",
    withSecurity({ 0: stringValue("dm.example") }),
    [
      '/0/1: server URI "dm.example": coap://HOST[:PORT][/PATH] or coaps://… was expected, without fragment or user name',
    ],
  ],
  [
    "coap with PSK",
    withSecurity({ 2: integerValue(0), 3: utf8("dev1"), 5: utf8("key") }, "coap://dm.example"),
    ["/0/1: coap does not go with security mode psk"],
  ],
  [
    "coaps without security",
    withSecurity({ 2: integerValue(3) }),
    ["/0/1: coaps does not go with security mode nosec"],
  ],
  [
    "a mode that there is not",
    withSecurity({ 2: integerValue(5) }),
    ["/0/1: the security mode (resource 2) is not one of 0..4"],
  ],
  [
    "a mode that we do not have",
    withSecurity({ ...x509, 2: integerValue(1) }),
    ["/0/1: the security mode (resource 2) is 1 (rpk), which is not supported here: expected 0 (psk), 2 (x509)"],
    { modes: new Set(["psk", "x509"]) },
  ],
  [
    "PSK without identity and key",
    withSecurity({ 3: utf8(""), 5: utf8("") }),
    ["/0/1: the PSK identity (resource 3) is missing", "/0/1: the PSK (resource 5) is missing"],
  ],
  [
    "PSK identity and key too long",
    withSecurity({ 3: opaqueValue(new Uint8Array(129)), 5: opaqueValue(new Uint8Array(65)) }),
    ["/0/1: the PSK identity has 129 bytes, at most 128 expected", "/0/1: the PSK has 65 bytes, at most 64 expected"],
  ],
  [
    "X.509 without the client's key",
    withSecurity({ ...x509, 5: utf8("") }),
    ["/0/1: the private key (resource 5) is missing and this device has no credential of its own for this account"],
  ],
  [
    "X.509 without the client's key, which the SIM has",
    withSecurity({ ...x509, 3: utf8(""), 5: utf8("") }),
    [],
    { hasOwnCredential: ({ instance }) => instance === 1 },
  ],
  [
    "X.509 without a server certificate would trust anybody",
    withSecurity({ ...x509, 4: utf8("") }),
    ["/0/1: the server's certificate (resource 4) is missing and certificate usage 3 needs it"],
    { hasTrustStore: () => true },
  ],
  [
    "usage 0 without a server certificate or trust store",
    withSecurity({ ...x509, 4: utf8(""), 15: unsignedValue(0) }),
    ["/0/1: the server's certificate (resource 4) is missing and this device has no trust store"],
  ],
  [
    "usage 0 with a trust store",
    withSecurity({ ...x509, 4: utf8(""), 15: unsignedValue(0) }),
    [],
    { hasTrustStore: () => true },
  ],
  [
    "a hash of the wrong length",
    withSecurity({ ...x509, 13: unsignedValue(2) }),
    ["/0/1: matching type 2 needs a hash of 48 bytes in resource 4, 18 came"],
  ],
  [
    "RPK without the server's key",
    withSecurity({ ...x509, 2: integerValue(1), 4: utf8("") }),
    ["/0/1: the server's public key (resource 4) is missing"],
  ],
  ["what looks into keys is asked", withSecurity(x509), ["/0/1: no DER"], { inspect: () => ["no DER"] }],
  ["OSCORE", withSecurity({ 17: objectLinkValue(21, 0) }), ["/0/1: OSCORE (resource 17) is not supported"]],
  ["the null OSCORE link", withSecurity({ 17: objectLinkValue(65535, 65535) }), []],
  ["a negative lifetime", withServer({ 1: integerValue(-1) }), ["/1/0: lifetime -1 is not 0..4294967295 seconds"]],
  ["lifetime 0 never ends", withServer({ 1: integerValue(0) }), []],
  ["a binding that we do not have", withServer({ 7: stringValue("T") }), ['/1/0: binding "T" is not supported']],
  ["a binding of which we have one", withServer({ 7: stringValue("TU") }), []],
  ["a binding that is none", withServer({ 7: stringValue("UU") }), ['/1/0: binding "UU" is not supported']],
  [
    "an access control instance without owner",
    configuration({
      0: { 1: plainSecurity(101) },
      1: { 0: server(101) },
      2: { 0: content({ 0: integerValue(3), 1: integerValue(0) }) },
    }),
    ["/2/0: mandatory resource 3 (Access Control Owner) is missing"],
  ],
];

for (const [name, given, problems, policy = {}] of cases) {
  test(`consistency: ${name}`, () => {
    assert.deepEqual(findInconsistencies(given, { ...usualPolicy, ...policy }), problems);
  });
}

test("consistency: a bootstrap account alone is enough for factory data and cards, nothing is not", () => {
  const bootstrapOnly = configuration({ 0: { 0: bootstrapSecurity() } });
  assert.deepEqual(findInconsistencies(bootstrapOnly, usualPolicy, "any-account"), []);
  assert.deepEqual(findInconsistencies(configuration({}), usualPolicy, "any-account"), ["/0: no account"]);
});

test("consistency: no text ever holds a key", () => {
  const secret = "k3y-material-that-nobody-may-see";
  const broken = configuration({
    0: {
      1: security("coaps://dm", { 3: utf8(secret), 5: utf8(secret.repeat(3)), 10: integerValue(9) }),
      2: security("bad", { 4: utf8(secret), 2: integerValue(2), 13: unsignedValue(1), 1: booleanValue(true) }),
    },
  });
  const problems = findInconsistencies(broken, usualPolicy);
  assert.ok(problems.length >= 4);
  assert.ok(!problems.join().includes(secret));
});
