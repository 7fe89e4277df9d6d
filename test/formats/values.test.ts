import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeBase64, decodeBase64Url, encodeBase64, encodeBase64Url } from "../../src/formats/base64.ts";
import { Decimal } from "../../src/formats/decimal.ts";
import { parseObjectLink } from "../../src/formats/object-link.ts";
import { comparePaths, formatPath, parsePath, parsePathSegments } from "../../src/formats/path.ts";
import { equalValues, integerValue, stringValue, unsignedValue, ValueError } from "../../src/formats/values.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";

test("integers hold 64 bits exactly and refuse one more", () => {
  assert.equal(integerValue(2n ** 63n - 1n).value, 9223372036854775807n);
  assert.throws(() => integerValue(2n ** 63n), ValueError);
  assert.throws(() => integerValue(-(2n ** 63n) - 1n), ValueError);
  assert.throws(() => unsignedValue(-1), ValueError);
  assert.throws(() => unsignedValue(2n ** 64n), ValueError);
  assert.throws(() => integerValue(2 ** 53), ValueError);
});

test("values of different types are never equal", () => {
  assert.ok(!equalValues(integerValue(1), unsignedValue(1)));
  assert.ok(equalValues(stringValue("a"), stringValue("a")));
});

test("paths are decimal ids without leading zeros, at most four, never 65535", () => {
  assert.deepEqual(parsePath("/3/0/6/1"), [3, 0, 6, 1]);
  assert.deepEqual(parsePath("/"), []);
  for (const bad of ["", "3", "/3/", "//", "/03", "/-1", "/65535", "/1/2/3/4/5", "/a", "/1 "]) {
    assert.equal(parsePath(bad), undefined, bad);
  }
  assert.deepEqual(parsePathSegments(["65534"]), [65534]);
  assert.equal(formatPath([]), "/");
  assert.ok(comparePaths([3, 0], [3, 0, 1]) < 0 && comparePaths([3, 10], [3, 9]) > 0);
});

test("object links are two decimal ids; the printed null link is understood", () => {
  assert.deepEqual(parseObjectLink("3:0"), { objectId: 3, instanceId: 0 });
  assert.deepEqual(parseObjectLink("FFFF:FFFF"), { objectId: 65535, instanceId: 65535 });
  for (const bad of ["", "3", "3:", ":0", "3:0:1", "65536:0", "03:0", " 3:0"])
    assert.equal(parseObjectLink(bad), undefined);
});

test("a decimal gives the whole number exactly, whatever its spelling", () => {
  const whole = (text: string) => Decimal.parse(text)?.toWhole();
  assert.equal(whole("18446744073709551615"), 18446744073709551615n);
  assert.equal(whole("1.5e3"), 1500n);
  assert.equal(whole("1200e-2"), 12n);
  assert.equal(whole("-0"), 0n);
  assert.equal(whole("0e999999999"), 0n);
  assert.throws(() => whole("1.5"), ValueError);
  assert.throws(() => whole("15e-1"), ValueError);
  assert.throws(() => whole("1e999999999"), ValueError);
  assert.throws(() => whole("1e-999999999"), ValueError);
  assert.throws(() => Decimal.parse("1e400")?.toFloat(), ValueError);
  assert.throws(() => Decimal.of(Number.NaN), ValueError);
});

test("base64 gives the vectors of RFC 4648 and is strict", () => {
  const vectors = {
    "": "",
    f: "Zg==",
    fo: "Zm8=",
    foo: "Zm9v",
    foob: "Zm9vYg==",
    fooba: "Zm9vYmE=",
    foobar: "Zm9vYmFy",
  };
  for (const [plain, coded] of Object.entries(vectors)) {
    assert.equal(encodeBase64(encodeUtf8(plain)), coded);
    assert.deepEqual(decodeBase64(coded), encodeUtf8(plain));
    assert.deepEqual(decodeBase64Url(encodeBase64Url(encodeUtf8(plain))), encodeUtf8(plain));
  }
  assert.equal(encodeBase64Url(Uint8Array.of(0xfb, 0xff)), "-_8");
  for (const bad of ["Zg", "Zg=", "Zh==", "Z===", "Zm9v\n", "=Zg=", "-_8="]) {
    assert.throws(() => decodeBase64(bad), DecodeError, bad);
  }
  for (const bad of ["Z", "Zg=", "+/8", "Zh"]) assert.throws(() => decodeBase64Url(bad), DecodeError, bad);
});
