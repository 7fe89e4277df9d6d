import fc from "fast-check";
import { type AccountRecord, accountRecordCodec } from "../../../src/agent/accounts/account-record.ts";
import type { AccountState } from "../../../src/lwm2m/account-state.ts";
import { attributeNames } from "../../../src/lwm2m/data-model/notification-attributes.ts";
import { encodeUtf8, fromHex } from "../../../src/util/bytes.ts";
import { testCodec } from "../../support/codec-properties.ts";

const account = fromHex("aa".repeat(32));
const text = fc.string({ unit: "grapheme", maxLength: 8 });
const texts = fc.array(text, { maxLength: 3 });
const uint16 = fc.nat(0xffff);
const bytes = fc.uint8Array({ maxLength: 8 });

const attached = fc.record({
  path: fc.array(uint16, { minLength: 1, maxLength: 4 }),
  attributes: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...attributeNames), fc.double({ noNaN: true, noDefaultInfinity: true })), {
      selector: ([name]) => name,
    })
    .map((entries) => Object.fromEntries(entries.map(([name, value]) => [name, value === 0 ? 0 : value]))),
});
const registration = fc.record({
  location: texts,
  version: fc.constantFrom("1.0" as const, "1.1" as const, "1.2" as const),
  lifetime: fc.nat(0xffffffff),
  binding: fc.constantFrom("U", "UQ"),
  links: text,
});
const block = fc
  .constantFrom(16 as const, 256 as const, 1024 as const)
  .map((size) => ({ number: 0, more: false, size }));
const observation = fc.record({
  request: fc
    .record(
      { accept: uint16, contentFormat: uint16, path: texts, query: texts, payload: bytes },
      { requiredKeys: ["path", "query", "payload"] },
    )
    .chain((request) => fc.constantFrom(1 as const, 5 as const).map((method) => ({ ...request, method, options: [] }))),
  origin: fc.record(
    { token: bytes, key: text, block, sequence: fc.nat(0xffffff) },
    { requiredKeys: ["token", "key", "sequence"] },
  ),
});
const state: fc.Arbitrary<AccountState> = fc.record(
  {
    attributes: fc.array(attached, { maxLength: 3 }),
    registration,
    observations: fc.array(observation, { maxLength: 3 }),
  },
  { requiredKeys: ["attributes", "observations"] },
);

testCodec<AccountRecord>({
  name: "the record of an account",
  decode: accountRecordCodec.decode,
  encode: accountRecordCodec.encode,
  examples: [
    { hex: `01 ${"aa".repeat(32)} 0000 0000 0000`, value: { account, state: { attributes: [], observations: [] } } },
    {
      hex: [
        `01 ${"aa".repeat(32)}`,
        "0001 0003 0003 0000 000d 01 00 0002 3130",
        "0001 0002 0002 7264 0001 35 01 00000000012c 0001 55 000006 3c2f332f303e",
        "0001 01 0003 0001 33 0001 30 0002 3133 0000 00006f 000000 000000 02 0102 0003 312061 07 000800",
      ].join(" "),
      value: {
        account,
        state: {
          attributes: [{ path: [3, 0, 13], attributes: { pmin: 10 } }],
          registration: { location: ["rd", "5"], version: "1.1", lifetime: 300, binding: "U", links: "</3/0>" },
          observations: [
            {
              request: {
                method: 1,
                path: ["3", "0", "13"],
                query: [],
                accept: 110,
                payload: encodeUtf8(""),
                options: [],
              },
              origin: {
                token: fromHex("0102"),
                key: "1 a",
                block: { number: 0, more: false, size: 1024 },
                sequence: 2048,
              },
            },
          ],
        },
      },
    },
  ],
  values: state.map((each) => ({ account, state: each })),
});
