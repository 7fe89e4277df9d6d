import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeConnectionId, encodeConnectionId } from "../../../src/dtls/handshake/extensions/connection-id.ts";
import { decodeEcPointFormats, encodeEcPointFormats } from "../../../src/dtls/handshake/extensions/ec-point-formats.ts";
import {
  decodeExtendedMasterSecret,
  encodeExtendedMasterSecret,
} from "../../../src/dtls/handshake/extensions/extended-master-secret.ts";
import { decodeExtensions, encodeExtensions } from "../../../src/dtls/handshake/extensions/extension-list.ts";
import {
  decodeRenegotiationInfo,
  encodeRenegotiationInfo,
} from "../../../src/dtls/handshake/extensions/renegotiation-info.ts";
import {
  assertHostName,
  decodeServerName,
  encodeServerName,
} from "../../../src/dtls/handshake/extensions/server-name.ts";
import {
  decodeSignatureAlgorithms,
  encodeSignatureAlgorithms,
} from "../../../src/dtls/handshake/extensions/signature-algorithms.ts";
import {
  decodeSupportedGroups,
  encodeSupportedGroups,
} from "../../../src/dtls/handshake/extensions/supported-groups.ts";
import { ByteReader } from "../../../src/util/bytes.ts";
import { DecodeError } from "../../../src/util/coded-error.ts";
import { bytesOf, testCodec } from "../../support/codec-properties.ts";

const uint16List = fc.array(fc.nat(0xffff), { minLength: 1, maxLength: 6 });

testCodec({
  name: "supported_groups",
  decode: decodeSupportedGroups,
  encode: encodeSupportedGroups,
  examples: [{ hex: "0006 0017 0018 001d", value: [0x17, 0x18, 0x1d] }],
  values: uint16List,
});

testCodec({
  name: "signature_algorithms",
  decode: decodeSignatureAlgorithms,
  encode: encodeSignatureAlgorithms,
  examples: [{ hex: "0004 0403 0401", value: [0x0403, 0x0401] }],
  values: uint16List,
});

testCodec({
  name: "ec_point_formats",
  decode: decodeEcPointFormats,
  encode: encodeEcPointFormats,
  examples: [{ hex: "01 00", value: [0] }],
  values: fc.array(fc.nat(255), { minLength: 1, maxLength: 4 }),
});

testCodec({
  name: "renegotiation_info",
  decode: decodeRenegotiationInfo,
  encode: encodeRenegotiationInfo,
  examples: [{ hex: "00", value: new Uint8Array() }],
  values: fc.uint8Array({ maxLength: 24 }),
});

testCodec({
  name: "connection_id",
  decode: decodeConnectionId,
  encode: encodeConnectionId,
  examples: [
    { hex: "00", value: new Uint8Array() },
    { hex: "03 c1d2e3", value: Uint8Array.of(0xc1, 0xd2, 0xe3) },
  ],
  values: fc.uint8Array({ maxLength: 255 }),
});

testCodec({
  name: "extended_master_secret",
  decode: decodeExtendedMasterSecret,
  encode: encodeExtendedMasterSecret,
  examples: [{ hex: "", value: undefined }],
  values: fc.constant(undefined),
});

testCodec<string | undefined>({
  name: "server_name",
  decode: decodeServerName,
  encode: (name) => encodeServerName(name ?? ""),
  examples: [{ hex: "0007 00 0004 612e6262", value: "a.bb" }],
  values: fc.domain(),
});

testCodec({
  name: "the extension list of a hello",
  decode: (bytes) => decodeExtensions(new ByteReader(bytes, "extensions")),
  encode: encodeExtensions,
  examples: [
    {
      hex: "0009 0017 0000 ff01 0001 00",
      value: [
        { type: 23, data: new Uint8Array() },
        { type: 0xff01, data: Uint8Array.of(0) },
      ],
    },
  ],
  values: fc.uniqueArray(fc.record({ type: fc.nat(0xffff), data: fc.uint8Array({ maxLength: 5 }) }), {
    minLength: 1,
    maxLength: 4,
    selector: ({ type }) => type,
  }),
  completeAt: (length) => length === 0,
});

test("an extension that appears twice is malformed", () => {
  assert.throws(() => decodeExtensions(new ByteReader(bytesOf("0008 0017 0000 0017 0000"), "extensions")), DecodeError);
});

test("server names of another type than host_name are passed over", () => {
  assert.equal(decodeServerName(bytesOf("0004 07 0001 61")), undefined);
});

test("an IP literal never becomes a server name", () => {
  for (const literal of [
    "192.0.2.1",
    "::1",
    "[2001:db8::1]",
    "1.2.3",
    "host.example.",
    "",
    "a..b",
    "spa ce",
    "é.example",
  ]) {
    assert.throws(() => assertHostName(literal), RangeError, literal);
    assert.throws(() => encodeServerName(literal), RangeError, literal);
  }
  assert.doesNotThrow(() => assertHostName("xn--bcher-kva.example"));
});
