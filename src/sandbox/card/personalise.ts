import { createPrivateKey, createPublicKey } from "node:crypto";
import type { Entropy } from "../../crypto/ports.ts";
import { toHex } from "../../util/bytes.ts";
import { issueCertificate } from "./issue-certificate.ts";
import { isScalar, publicPoint, toInteger } from "./p256.ts";
import { type Profile, type ProfileInput, parseProfile } from "./profile.ts";
import type { SettingsInput } from "./settings.ts";

export interface PersonaliseOptions {
  /** Common name of the certificate, for example the device's endpoint name. */
  readonly commonName: string;
  /** Who issues it; absent: self-signed. PEM texts. */
  readonly ca?: { readonly certificate: string; readonly privateKey: string };
  readonly entropy: Entropy;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly settings?: SettingsInput;
  /** Of the certificate file: larger than the certificate means padded. */
  readonly fileSize?: number;
  readonly storedAs?: "der" | "pem";
  /** Identifiers in hexadecimal; 01 (key pair), 02 (spare pair), 03 (certificate) when absent. */
  readonly ids?: {
    readonly key: string;
    readonly publicKey?: string;
    readonly spare: string;
    readonly certificate: string;
  };
  /** Further empty slots, identifiers in hexadecimal; none when absent. */
  readonly moreSpares?: readonly string[];
}

/**
 * A fresh SIM: one P-256 key pair with its certificate in a file of the same label, and a spare slot that is empty, for
 * a later enrolment.
 */
export async function personalise(options: PersonaliseOptions): Promise<Profile> {
  const { entropy, ids = { key: "01", spare: "02", certificate: "03" }, moreSpares = [] } = options;
  const scalar = freshScalar(entropy);
  const certificate = await issueCertificate({ ...options, ...keysOf(scalar), serialNumber: entropy.randomBytes(16) });
  const profile: ProfileInput = {
    format: 1,
    appletId: toHex(entropy.randomBytes(32)),
    iccid: `8900${decimalDigits(entropy, 16)}`,
    keyPairs: [
      pair("identity", ids.key, ids.publicKey ?? ids.key, toHex(scalar)),
      pair("spare", ids.spare, ids.spare, undefined),
      ...moreSpares.map((id) => pair(`spare-${id}`, id, id, undefined)),
    ],
    files: [
      {
        label: "identity",
        id: ids.certificate,
        content: certificate,
        storedAs: options.storedAs ?? "der",
        ...(options.fileSize === undefined ? {} : { size: options.fileSize }),
      },
    ],
    settings: options.settings ?? {},
  };
  return parseProfile(profile, "of a new SIM");
}

type PairInput = NonNullable<ProfileInput["keyPairs"]>[number];

function pair(label: string, privateId: string, publicId: string, privateKey: string | undefined): PairInput {
  return { label, privateId, publicId, ...(privateKey === undefined ? {} : { privateKey }) };
}

function freshScalar(entropy: Entropy): Uint8Array {
  for (;;) {
    const scalar = entropy.randomBytes(32);
    if (isScalar(toInteger(scalar))) return scalar;
  }
}

function keysOf(scalar: Uint8Array): { readonly privateKey: string; readonly publicKey: string } {
  const point = publicPoint(scalar);
  const coordinate = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64url");
  const jwk = { kty: "EC", crv: "P-256", x: coordinate(point.subarray(1, 33)), y: coordinate(point.subarray(33)) };
  const privateKey = createPrivateKey({ key: { ...jwk, d: coordinate(scalar) }, format: "jwk" });
  return {
    privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString(),
    publicKey: createPublicKey({ key: jwk, format: "jwk" }).export({ format: "pem", type: "spki" }).toString(),
  };
}

function decimalDigits(entropy: Entropy, count: number): string {
  return Array.from(entropy.randomBytes(count), (byte) => byte % 10).join("");
}
