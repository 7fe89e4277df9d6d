import fc from "fast-check";
import type { DataRecord, TypeLookup } from "../../src/formats/data-record.ts";
import type { Path } from "../../src/formats/path.ts";
import {
  booleanValue,
  coreLinkValue,
  equalValues,
  floatValue,
  integerValue,
  objectLinkValue,
  opaqueValue,
  stringValue,
  timeValue,
  unsignedValue,
  type Value,
  type ValueType,
} from "../../src/formats/values.ts";

/** Values at the edges of each data type. */
export const edgeValues: readonly Value[] = [
  stringValue(""),
  stringValue('Grüße, 世界 🌍 \u0000 "quoted" \\ \n'),
  ...[0n, 1n, -1n, 127n, -128n, 128n, 32767n, -32768n, 2n ** 31n - 1n, -(2n ** 31n), 2n ** 53n + 1n].map(integerValue),
  integerValue(2n ** 63n - 1n),
  integerValue(-(2n ** 63n)),
  unsignedValue(0),
  unsignedValue(255),
  unsignedValue(2n ** 64n - 1n),
  ...[0, -0, 1, -1.5, 0.1, 1e-7, 1e21, 3.4028234663852886e38, Number.MAX_VALUE, Number.MIN_VALUE].map(floatValue),
  booleanValue(true),
  booleanValue(false),
  opaqueValue(new Uint8Array()),
  opaqueValue(Uint8Array.of(0, 255, 128, 7)),
  timeValue(1_700_000_000),
  timeValue(-1),
  objectLinkValue(3, 0),
  objectLinkValue(65535, 65535),
  coreLinkValue('</3/0>;ver="1.1"'),
];

export const valueTypes: readonly ValueType[] = [
  "string",
  "integer",
  "unsigned",
  "float",
  "boolean",
  "opaque",
  "time",
  "objlnk",
  "corelnk",
];

/** Any value of any type. */
export const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.string({ unit: "grapheme" }).map(stringValue),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(integerValue),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(unsignedValue),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => floatValue(x === 0 ? 0 : x)),
  fc.boolean().map(booleanValue),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => opaqueValue(Uint8Array.from(bytes))),
  fc.integer({ min: -(2 ** 40), max: 2 ** 40 }).map(timeValue),
  fc.tuple(fc.nat(65535), fc.nat(65535)).map(([o, i]) => objectLinkValue(o, i)),
  fc.constant(coreLinkValue("</1/0>")),
);

/** Records below one object with distinct resource ids; single and multiple resources. */
export const anyRecords: fc.Arbitrary<DataRecord[]> = fc
  .uniqueArray(
    fc.record({
      instance: fc.integer({ min: 0, max: 400 }),
      resource: fc.integer({ min: 0, max: 65534 }),
      values: fc.array(anyValue, { minLength: 1, maxLength: 3 }),
      multiple: fc.boolean(),
    }),
    { selector: ({ instance, resource }) => `${instance}/${resource}`, maxLength: 12 },
  )
  .map((resources) =>
    resources.flatMap(({ instance, resource, values, multiple }) =>
      multiple
        ? values.map((value, i) => ({ path: [10, instance, resource, 300 * i], value }))
        : values.slice(0, 1).map((value) => ({ path: [10, instance, resource], value })),
    ),
  );

/** The types of these very records. */
export function typesOf(records: readonly DataRecord[]): TypeLookup {
  const types = new Map(records.map(({ path, value }) => [path.join("/"), value?.type]));
  return (path: Path) => types.get(path.join("/"));
}

/** Compares as sets: formats order records by path. */
export function sameRecords(a: readonly DataRecord[], b: readonly DataRecord[]): boolean {
  const byPath = new Map(b.map((record) => [record.path.join("/"), record.value]));
  return (
    a.length === b.length &&
    a.every(({ path, value }) => {
      const other = byPath.get(path.join("/"));
      return value !== undefined && other !== undefined && equalValues(value, other);
    })
  );
}
