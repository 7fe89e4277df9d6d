import { z } from "zod";
import { CodedError } from "../../util/coded-error.ts";
import { settingsSchema } from "./settings.ts";

const hex = (min: number, max: number) =>
  z.string().regex(new RegExp(`^([0-9A-Fa-f]{2}){${min},${max}}$`), `${min} to ${max} bytes in hexadecimal expected`);
const byte = z.int().min(0).max(255);

const object = {
  label: z.string().min(1).max(60).optional(),
  access: byte.default(1).describe("bit 01 may be read, bit 02 may be updated"),
  state: byte.default(1).describe("00 deactivated, 01 activated"),
};

const key = {
  type: byte.default(0x13).describe("13 secp256r1 persistent, 14 volatile"),
  usage: byte.default(1).describe("01 general, 02 TLS 1.2, 03 TLS 1.3"),
  functions: byte.default(3).describe("bits: 01 sign, 02 generate, 04 agree, 08 derive"),
  hashes: z.int().min(0).max(0xffff).default(1).describe("bits: 1 SHA-256, 2 SHA-384, 4 SHA-512"),
  signatures: byte.default(4).describe("bits: 01 RSA PKCS#1, 02 RSA PSS, 04 ECDSA"),
  agreement: byte.default(0),
};

const id = hex(1, 20);

/** A P-256 key: PEM (PKCS#8 or SEC 1), a JWK, or the private scalar in hexadecimal. */
const privateKey = z.union([
  hex(32, 32),
  z.string().startsWith("-----BEGIN"),
  z.looseObject({ kty: z.literal("EC"), crv: z.literal("P-256"), d: z.string() }),
]);

const keyPair = z.strictObject({
  ...object,
  ...key,
  access: byte.default(2),
  publicAccess: byte.default(3),
  privateId: id,
  publicId: id,
  privateKey: privateKey.optional().describe("absent: an empty slot"),
});

const publicKey = z.strictObject({ ...object, ...key, id, publicKey: hex(65, 65).optional() });

const file = z.strictObject({
  ...object,
  id,
  usage: byte.default(2).describe("01 general, 02 X.509 certificate"),
  content: z.string().describe("PEM, or base64 of the bytes"),
  storedAs: z.enum(["der", "pem"]).default("der").describe("how the bytes lie in the file"),
  size: z.int().min(1).max(0xffff).optional().describe("larger than the content: padded"),
  padding: z.union([z.literal(0), z.literal(255)]).default(0),
});

const secretKey = z.strictObject({
  ...object,
  id,
  type: byte.default(0xa0),
  functions: byte.default(8),
  derivation: byte.default(1),
});

const transparentFile = z.strictObject({
  content: z
    .string()
    .max(2 * 0x8000)
    .regex(/^([0-9A-Fa-f]{2})*$/, "bytes in hexadecimal expected"),
  size: z.int().min(1).max(0x8000).optional().describe("larger than the content: padded"),
  padding: z.union([z.literal(0), z.literal(255)]).default(255),
  pin: z.boolean().default(false).describe("reading wants a PIN: 6982"),
});

/** The PKCS #15 application of LwM2M smart-card bootstrap; files by identifier, EF(ODF) is 5031. */
const pkcs15 = z.strictObject({
  aid: hex(12, 16).default("A000000063504B43532D3135"),
  selectable: z.boolean().default(true).describe("false: SELECT of the AID gets 6A82"),
  directory: z.enum(["listed", "not-listed", "absent"]).default("listed").describe("its entry in EF.DIR, or no EF.DIR"),
  fileSize: z.enum(["given", "absent"]).default("given").describe("tag 80 of the file control parameters"),
  shortRead: z
    .enum(["plain", "6Cxx", "6282"])
    .default("plain")
    .describe("when READ BINARY asks for more than there is"),
  files: z.record(z.string().regex(/^[0-9A-F]{4}$/), transparentFile),
});

/** A SIM's personalisation: what is written to a file, and what a virtual SIM is made from. */
export const profileSchema = z.strictObject({
  format: z.literal(1),
  atr: hex(2, 33).default("3B9F96801FC78031E073FE211B63E206908300000023"),
  iccid: z
    .string()
    .regex(/^[0-9]{18,20}$/)
    .default("89000000000000000000"),
  aid: hex(5, 16).default("A0000005590010"),
  appletInstalled: z.boolean().default(true),
  appletId: hex(32, 32),
  keyPairs: z.array(keyPair).default([]),
  publicKeys: z.array(publicKey).default([]),
  files: z.array(file).default([]),
  secretKeys: z.array(secretKey).default([]).describe("listed only"),
  pkcs15: pkcs15.optional().describe("absent: a card without the application"),
  settings: settingsSchema.prefault({}),
});

export type Profile = z.output<typeof profileSchema>;
export type ProfileInput = z.input<typeof profileSchema>;

/** Throws CodedError "BAD_SIM_PROFILE" that names each wrong field; `source` says where the profile came from. */
export function parseProfile(json: unknown, source: string): Profile {
  const result = profileSchema.safeParse(json);
  if (result.success) return result.data;
  // Paths and expectations only: a message must never repeat a value, which may be a key.
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "(whole)"}: ${message}`);
  throw new CodedError("BAD_SIM_PROFILE", `virtual SIM profile ${source}: ${problems.join("; ")}`);
}
