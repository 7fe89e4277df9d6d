import type { FileObject } from "../../src/sandbox/bootstrap-file.ts";
import { encodeUtf8, fromHex } from "../../src/util/bytes.ts";

const hexOf = (text: string) => Buffer.from(text).toString("hex");
const bytes = (hex: string) => fromHex(hex.replaceAll(" ", ""));

/** Printed in the documentation of AVSystem's client: a server account with a PSK, 126 bytes. */
export const sample1 = bytes(
  `0002 007A  0000 00 005E  08 01 5B
   C8 00 22 ${hexOf("coaps://eu.iot.avsystem.cloud:5684")} C1 01 00 C1 02 00
   C8 03 14 ${hexOf("example-psk-identity")} C8 05 13 ${hexOf("3x@mpl3P5K53cr3tK3y")} C1 0A 01
   0001 00 0012  08 01 0F  C1 00 01 C4 01 00015180 C1 06 00 C1 07 55`.replaceAll("\n", ""),
);

export const sample1Accounts: readonly FileObject[] = [
  {
    id: 0,
    instances: {
      1: {
        0: "coaps://eu.iot.avsystem.cloud:5684",
        1: false,
        2: 0,
        3: encodeUtf8("example-psk-identity"),
        5: encodeUtf8("3x@mpl3P5K53cr3tK3y"),
        10: 1,
      },
    },
  },
  { id: 1, instances: { 1: { 0: 1, 1: 86_400, 6: false, 7: "U" } } },
];

/** From the unit test of Nordic's SDK: a bootstrap account without security, 58 bytes and two of padding. */
export const sample2 = bytes(
  `0001 0036 0000 00 0031 08 00 2E C8 00 25 ${hexOf("coap://leshan.eclipseprojects.io:5783")} C1 01 01 C1 02 03 FFFF`,
);

export const sample2Accounts: readonly FileObject[] = [
  { id: 0, instances: { 0: { 0: "coap://leshan.eclipseprojects.io:5783", 1: true, 2: 3 } } },
];
