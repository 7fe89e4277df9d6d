import fc from "fast-check";
import { decodeCertificate, encodeCertificate } from "../../../src/dtls/handshake/messages/certificate.ts";
import {
  decodeCertificateRequest,
  encodeCertificateRequest,
} from "../../../src/dtls/handshake/messages/certificate-request.ts";
import {
  decodeCertificateVerify,
  encodeCertificateVerify,
} from "../../../src/dtls/handshake/messages/certificate-verify.ts";
import { decodeClientHello, encodeClientHello } from "../../../src/dtls/handshake/messages/client-hello.ts";
import {
  decodeClientKeyExchange,
  encodeClientKeyExchange,
} from "../../../src/dtls/handshake/messages/client-key-exchange.ts";
import { decodeFinished, encodeFinished } from "../../../src/dtls/handshake/messages/finished.ts";
import {
  decodeHelloVerifyRequest,
  encodeHelloVerifyRequest,
} from "../../../src/dtls/handshake/messages/hello-verify-request.ts";
import { decodeServerHello, encodeServerHello } from "../../../src/dtls/handshake/messages/server-hello.ts";
import {
  decodeServerHelloDone,
  encodeServerHelloDone,
} from "../../../src/dtls/handshake/messages/server-hello-done.ts";
import {
  decodeEcdheServerKeyExchange,
  decodePskServerKeyExchange,
  encodeEcdheServerKeyExchange,
  encodePskServerKeyExchange,
} from "../../../src/dtls/handshake/messages/server-key-exchange.ts";
import { bytesOf, testCodec } from "../../support/codec-properties.ts";

const uint16 = fc.nat(0xffff);
const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const extensions = fc.uniqueArray(fc.record({ type: uint16, data: bytes(0, 6) }), {
  maxLength: 3,
  selector: (e) => e.type,
});
const random = bytesOf(`${"00".repeat(31)}07`);

testCodec({
  name: "ClientHello",
  decode: decodeClientHello,
  encode: encodeClientHello,
  examples: [
    {
      hex: `fefd ${"00".repeat(31)}07 00 02 c00c 0004 c0ae 00ff 01 00 0004 0017 0000`,
      value: {
        version: 0xfefd,
        random,
        sessionId: new Uint8Array(),
        cookie: Uint8Array.of(0xc0, 0x0c),
        cipherSuites: [0xc0ae, 0x00ff],
        compressionMethods: [0],
        extensions: [{ type: 23, data: new Uint8Array() }],
      },
    },
  ],
  values: fc.record({
    version: uint16,
    random: bytes(32, 32),
    sessionId: bytes(0, 32),
    cookie: bytes(0, 40),
    cipherSuites: fc.array(uint16, { minLength: 1, maxLength: 5 }),
    compressionMethods: fc.array(fc.nat(255), { minLength: 1, maxLength: 2 }),
    extensions,
  }),
  // Without its extensions a hello is complete: they came later than the message (RFC 5246 §7.4.1.2).
  completeAt: (length, hello) => length === encodeClientHello({ ...hello, extensions: [] }).length,
});

testCodec({
  name: "ServerHello",
  decode: decodeServerHello,
  encode: encodeServerHello,
  examples: [
    {
      hex: `fefd ${"00".repeat(31)}07 01 55 c0a8 00`,
      value: {
        version: 0xfefd,
        random,
        sessionId: Uint8Array.of(0x55),
        cipherSuite: 0xc0a8,
        compressionMethod: 0,
        extensions: [],
      },
    },
  ],
  values: fc.record({
    version: uint16,
    random: bytes(32, 32),
    sessionId: bytes(0, 32),
    cipherSuite: uint16,
    compressionMethod: fc.nat(255),
    extensions,
  }),
  completeAt: (length, hello) => length === encodeServerHello({ ...hello, extensions: [] }).length,
});

testCodec({
  name: "HelloVerifyRequest",
  decode: decodeHelloVerifyRequest,
  encode: encodeHelloVerifyRequest,
  examples: [{ hex: "feff 03 0a0b0c", value: { version: 0xfeff, cookie: Uint8Array.of(10, 11, 12) } }],
  values: fc.record({ version: uint16, cookie: bytes(0, 255) }),
});

testCodec({
  name: "Certificate",
  decode: decodeCertificate,
  encode: encodeCertificate,
  examples: [
    { hex: "000000", value: { chain: [] } },
    { hex: "000009 000002 3000 000001 05", value: { chain: [Uint8Array.of(0x30, 0), Uint8Array.of(5)] } },
  ],
  values: fc.record({ chain: fc.array(bytes(1, 20), { maxLength: 3 }) }),
});

testCodec({
  name: "CertificateRequest",
  decode: decodeCertificateRequest,
  encode: encodeCertificateRequest,
  examples: [
    {
      hex: "01 40 0004 0403 0503 0004 0002 3000",
      value: { certificateTypes: [64], schemes: [0x0403, 0x0503], authorities: [Uint8Array.of(0x30, 0)] },
    },
  ],
  values: fc.record({
    certificateTypes: fc.array(fc.nat(255), { minLength: 1, maxLength: 3 }),
    schemes: fc.array(uint16, { minLength: 1, maxLength: 4 }),
    authorities: fc.array(bytes(1, 10), { maxLength: 3 }),
  }),
});

testCodec({
  name: "CertificateVerify",
  decode: decodeCertificateVerify,
  encode: encodeCertificateVerify,
  examples: [{ hex: "0403 0002 3000", value: { scheme: 0x0403, signature: Uint8Array.of(0x30, 0) } }],
  values: fc.record({ scheme: uint16, signature: bytes(1, 80) }),
});

testCodec({
  name: "ServerKeyExchange of ECDHE_ECDSA",
  decode: decodeEcdheServerKeyExchange,
  encode: encodeEcdheServerKeyExchange,
  examples: [
    {
      hex: "03 0017 02 04aa 0403 0001 30",
      value: {
        parameters: { group: 0x17, publicKey: Uint8Array.of(4, 0xaa) },
        signed: { scheme: 0x0403, signature: Uint8Array.of(0x30) },
      },
    },
  ],
  values: fc.record({
    parameters: fc.record({ group: uint16, publicKey: bytes(1, 97) }),
    signed: fc.record({ scheme: uint16, signature: bytes(1, 80) }),
  }),
});

testCodec({
  name: "ServerKeyExchange of PSK",
  decode: (body) => decodePskServerKeyExchange(body, false),
  encode: encodePskServerKeyExchange,
  examples: [{ hex: "0002 6869", value: { identityHint: Uint8Array.of(0x68, 0x69) } }],
  values: fc.record({ identityHint: bytes(0, 40) }),
});

testCodec({
  name: "ServerKeyExchange of ECDHE_PSK",
  decode: (body) => decodePskServerKeyExchange(body, true),
  encode: encodePskServerKeyExchange,
  examples: [
    {
      hex: "0000 03 001d 01 09",
      value: { identityHint: new Uint8Array(), parameters: { group: 0x1d, publicKey: Uint8Array.of(9) } },
    },
  ],
  values: fc.record({
    identityHint: bytes(0, 40),
    parameters: fc.record({ group: uint16, publicKey: bytes(1, 97) }),
  }),
});

for (const [name, shape, hex, value, values] of [
  [
    "ECDHE_ECDSA",
    { psk: false, ephemeral: true },
    "02 04bb",
    { publicKey: Uint8Array.of(4, 0xbb) },
    fc.record({ publicKey: bytes(1, 97) }),
  ],
  [
    "PSK",
    { psk: true, ephemeral: false },
    "0002 6964",
    { identity: Uint8Array.of(0x69, 0x64) },
    fc.record({ identity: bytes(0, 40) }),
  ],
  [
    "ECDHE_PSK",
    { psk: true, ephemeral: true },
    "0000 01 09",
    { identity: new Uint8Array(), publicKey: Uint8Array.of(9) },
    fc.record({ identity: bytes(0, 40), publicKey: bytes(1, 97) }),
  ],
] as const) {
  testCodec({
    name: `ClientKeyExchange of ${name}`,
    decode: (body) => decodeClientKeyExchange(body, shape),
    encode: encodeClientKeyExchange,
    examples: [{ hex, value }],
    values,
  });
}

testCodec({
  name: "ServerHelloDone",
  decode: decodeServerHelloDone,
  encode: encodeServerHelloDone,
  examples: [{ hex: "", value: undefined }],
  values: fc.constant(undefined),
});

testCodec({
  name: "Finished",
  decode: decodeFinished,
  encode: encodeFinished,
  examples: [{ hex: "000102030405060708090a0b", value: { verifyData: Uint8Array.from({ length: 12 }, (_, i) => i) } }],
  values: fc.record({ verifyData: bytes(12, 12) }),
});
