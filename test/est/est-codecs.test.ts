import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { channelBindingChallenge } from "../../src/est/channel-binding.ts";
import { encodeCsrAttributes, parseCsrAttributes, wantsChannelBinding } from "../../src/est/csr-attributes.ts";
import { encodeMultipartCore, parseMultipartCore } from "../../src/est/multipart-core.ts";
import { fromHex } from "../../src/util/bytes.ts";
import { testCodec } from "../support/codec-properties.ts";
import { der } from "../support/der.ts";
import { csrAttributes, serverKeyCertificate, serverKeyPrivateKey } from "../support/rfc9148-examples.ts";

const oid = fc.tuple(fc.nat(2), fc.nat(39), fc.nat(100_000)).map((arcs) => arcs.join("."));
const values = fc.array(
  fc.uint8Array({ maxLength: 9 }).map((bytes) => der(0x04, bytes)),
  { minLength: 1, maxLength: 1 },
);

testCodec({
  name: "CSR attributes",
  decode: parseCsrAttributes,
  encode: encodeCsrAttributes,
  examples: [{ hex: csrAttributes, value: parseCsrAttributes(fromHex(csrAttributes)) }],
  values: fc.array(
    fc.oneof(
      oid.map((each) => ({ oid: each })),
      fc.record({ oid, values }),
    ),
    { maxLength: 4 },
  ),
});

testCodec({
  name: "multipart-core",
  decode: parseMultipartCore,
  encode: encodeMultipartCore,
  examples: [
    {
      hex: `8419011c588a${serverKeyPrivateKey}1901195901d3${serverKeyCertificate}`,
      value: [
        { format: 284, content: fromHex(serverKeyPrivateKey) },
        { format: 281, content: fromHex(serverKeyCertificate) },
      ],
    },
  ],
  values: fc.array(fc.record({ format: fc.nat(0xffff), content: fc.uint8Array({ maxLength: 30 }) }), { maxLength: 3 }),
});

test("RFC 9148's example asks for two attributes with values and four OIDs, the channel binding among them", () => {
  const attributes = parseCsrAttributes(fromHex(csrAttributes));
  assert.deepEqual(
    attributes.map((each) => [each.oid, each.values?.length]),
    [
      ["1.3.6.1.1.1.1.22", undefined],
      ["2.999.1", 1],
      ["1.2.840.113549.1.9.7", undefined],
      ["2.999.2", 3],
      ["1.3.36.3.3.2.8.1.1.11", undefined],
      ["2.16.840.1.101.3.4.2.2", undefined],
    ],
  );
  assert.equal(wantsChannelBinding(attributes), true);
  assert.equal(wantsChannelBinding([{ oid: "1.2.840.113549.1.9.7", values: [] }]), false);
});

test("tls-unique becomes 16 characters of base64", () => {
  assert.equal(channelBindingChallenge({ tlsUnique: new Uint8Array(12).fill(0xff) }), "////////////////");
});

test("a part without number or bytes is malformed", () => {
  for (const hex of ["8201", "82616101", "82190119f6", "813901", "822041aa", "a0"])
    assert.throws(() => parseMultipartCore(fromHex(hex)), { code: "MALFORMED" });
});
