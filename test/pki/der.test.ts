import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { DerReader, DerTag } from "../../src/pki/der.ts";
import { booleanOf, integerBytes, namedBits, oidOf, smallInteger, timeOf } from "../../src/pki/der-values.ts";
import { encodeUtf8, fromHex, toHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";
import { der, oid } from "../support/der.ts";

const element = (hex: string) => new DerReader(fromHex(hex), "test").next();

function refused(read: () => unknown, message: RegExp): void {
  assert.throws(read, (error) => error instanceof DecodeError && message.test(error.message));
}

suite("elements", () => {
  test("elements are read in order, with their offsets", () => {
    const reader = new DerReader(fromHex("300702010504020102"), "test");
    const inside = reader.enter(DerTag.sequence);
    assert.equal(inside.take(DerTag.integer).offset, 2);
    assert.equal(inside.optional(DerTag.integer), undefined);
    assert.equal(toHex(inside.take(DerTag.octetString).content), "0102");
    inside.end();
    reader.end();
    assert.equal(reader.tag, undefined);
  });

  test("lengths of one to three bytes are read", () => {
    for (const length of [0, 1, 127, 128, 255, 256, 65_535])
      assert.equal(new DerReader(der(4, new Uint8Array(length)), "test").next().content.length, length);
  });

  test("indefinite, padded and absurd lengths, long tags and missing bytes are refused", () => {
    refused(() => element("3080"), /indefinite/);
    refused(() => element("308105"), /shortest form|ends too early/);
    refused(() => element("0481050000000000"), /shortest form/);
    refused(() => element("04820080".padEnd(300, "0")), /shortest form/);
    refused(() => element("04850000000000"), /absurd/);
    refused(() => element("04ffffffff"), /absurd/);
    refused(() => element("0484ffffffff"), /4294967295 bytes expected, 0 left/);
    refused(() => element("1f8100"), /tag of more than one byte/);
    refused(() => element("0402aa"), /2 bytes expected, 1 left \(at byte 2\)/);
    refused(() => element(""), /ends too early/);
    refused(() => new DerReader(fromHex("0500"), "test").take(DerTag.integer), /tag 02 expected, 05 found/);
    refused(() => new DerReader(fromHex("0500"), "test").end(), /2 bytes too many/);
  });

  test("nesting is bounded", () => {
    let nested = fromHex("0500");
    for (let i = 0; i < 60; i++) nested = der(0x30, nested);
    let reader = new DerReader(nested, "test");
    refused(() => {
      for (;;) reader = reader.enter(DerTag.sequence);
    }, /nested too deeply/);
  });
});

suite("values", () => {
  test("booleans have two spellings", () => {
    assert.equal(booleanOf(element("0101ff")), true);
    assert.equal(booleanOf(element("010100")), false);
    for (const hex of ["010101", "0100", "0102ffff"]) refused(() => booleanOf(element(hex)), /BOOLEAN/);
  });

  test("integers are in their shortest form", () => {
    assert.equal(toHex(integerBytes(element("02020080"))), "0080");
    assert.equal(smallInteger(element("02020080")), 128);
    for (const hex of ["0200", "02020001", "0202ff80"]) refused(() => integerBytes(element(hex)), /INTEGER/);
    for (const hex of ["0201ff", "02050100000000"]) refused(() => smallInteger(element(hex)), /negative or too large/);
  });

  test("named bits have no zeros at their end", () => {
    assert.deepEqual([...namedBits(element("03020780"))], [0]);
    assert.deepEqual([...namedBits(element("03020106"))], [5, 6]);
    assert.deepEqual([...namedBits(element("0303070080"))], [8]);
    assert.deepEqual([...namedBits(element("030100"))], []);
    for (const hex of ["0300", "030101", "03020880", "03020680", "03020781", "0303078000", "03020000"])
      refused(() => namedBits(element(hex)), /BIT STRING|named bits/);
  });

  test("object identifiers come in dotted form", () => {
    for (const dotted of ["1.2.840.10045.4.3.2", "2.5.29.19", "0.9.2342"])
      assert.equal(oidOf(new DerReader(oid(dotted), "test").next()), dotted);
    assert.equal(oidOf(element("0603883701")), "2.999.1");
    for (const hex of ["0600", "060180", "06028001", "06022a80", "060a2affffffffffffffff7f"])
      refused(() => oidOf(element(hex)), /OBJECT IDENTIFIER/);
  });

  const time = (tag: number, value: string) => timeOf(new DerReader(der(tag, encodeUtf8(value)), "test").next());

  test("times agree with the calendar, from 1950 to 9999", () => {
    const dates = ["500101000000", "700101000000", "000229235959", "240229120000", "491231235959", "260601083015"];
    for (const date of dates) {
      const century = Number(date.slice(0, 2)) < 50 ? "20" : "19";
      const iso = `${century}${date.slice(0, 2)}-${date.slice(2, 4)}-${date.slice(4, 6)}T${date.slice(6, 8)}:${date.slice(8, 10)}:${date.slice(10)}Z`;
      assert.equal(time(DerTag.utcTime, `${date}Z`), Date.parse(iso));
      assert.equal(time(DerTag.generalizedTime, `${century}${date}Z`), Date.parse(iso));
    }
    assert.equal(time(DerTag.generalizedTime, "99991231235959Z"), Date.parse("9999-12-31T23:59:59Z"));
  });

  test("dates that do not exist, other zones, fractions and missing seconds are refused", () => {
    for (const text of [
      "230229000000Z",
      "231301000000Z",
      "230001000000Z",
      "230100000000Z",
      "230431000000Z",
      "230101240000Z",
      "230101006000Z",
      "230101000060Z",
    ])
      refused(() => time(DerTag.utcTime, text), /no such date/);
    for (const text of ["2301010000Z", "230101000000+0100", "230101000000", "23010100000Z ", "20230101000000Z"])
      refused(() => time(DerTag.utcTime, text), /time not of the form/);
    refused(() => time(DerTag.generalizedTime, "20230101000000.5Z"), /time not of the form/);
    refused(() => time(DerTag.generalizedTime, "19000229000000Z"), /no such date/);
    refused(() => time(DerTag.octetString, "230101000000Z"), /time expected/);
  });
});

test("any bytes give elements or a DecodeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      try {
        const reader = new DerReader(bytes, "fuzz");
        while (!reader.done) {
          const next = reader.next();
          for (const read of [booleanOf, integerBytes, namedBits, oidOf, timeOf]) {
            try {
              read(next);
            } catch (error) {
              assert.ok(error instanceof DecodeError);
            }
          }
        }
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
    { numRuns: 3000, seed: 1 },
  );
});
