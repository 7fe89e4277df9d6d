import assert from "node:assert/strict";
import { test } from "node:test";
import { hkdfExpand, hkdfExtract } from "../../src/crypto/hkdf.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";

const none = new Uint8Array(0);
const range = (from: number, to: number) => Uint8Array.from({ length: to - from }, (_, i) => from + i);

/** RFC 5869 Appendix A.1 to A.3: those with SHA-256. */
const examples = [
  {
    inputKey: new Uint8Array(22).fill(0x0b),
    salt: range(0, 0x0d),
    label: range(0xf0, 0xfa),
    extracted: "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
    expanded: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  },
  {
    inputKey: range(0, 0x50),
    salt: range(0x60, 0xb0),
    label: range(0xb0, 0x100),
    extracted: "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
    expanded:
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
  },
  {
    inputKey: new Uint8Array(22).fill(0x0b),
    salt: none,
    label: none,
    extracted: "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
    expanded: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  },
];

test("HKDF gives the examples of RFC 5869", () => {
  for (const { inputKey, salt, label, extracted, expanded } of examples) {
    const key = hkdfExtract(salt, inputKey);
    assert.equal(toHex(key), extracted);
    assert.equal(toHex(hkdfExpand(fromHex(extracted), label, expanded.length / 2)), expanded);
  }
});

test("a shorter output is the beginning of a longer one, and there is a longest one", () => {
  const longest = hkdfExpand(none, none, 8160);
  for (const length of [0, 1, 31, 32, 33, 64, 8159])
    assert.deepEqual(hkdfExpand(none, none, length), longest.slice(0, length));
  assert.throws(() => hkdfExpand(none, none, 8161), RangeError);
});
