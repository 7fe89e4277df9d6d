import type { QueueRequest } from "../../../smartcard/operation-queue.ts";
import { equalBytes } from "../../../util/bytes.ts";
import { CodedError } from "../../../util/coded-error.ts";
import { certificatePublicKey } from "../certificate-public-key.ts";
import type { CardCredential } from "./card-credential.ts";
import { certificatesInFile } from "./certificate-file.ts";
import type { IotSafeApplet } from "./iotsafe-applet.ts";
import type { CredentialSelectors } from "./iotsafe-uri.ts";
import type { CardObject } from "./object-list.ts";
import { describeSelector, type ObjectSelector } from "./object-selector.ts";
import { certificateFiles, pairByLabel, publicHalf, selectorOf, signingKeys } from "./pair-objects.ts";

/**
 * Reads the credential from the card: with key and certificate both named by the URI, the certificate file alone; else the
 * object list decides, by one of each, by label, and at last by comparing public keys. Rejects with CodedError
 * CREDENTIAL_NOT_FOUND, CREDENTIAL_MISMATCH or NO_CERTIFICATE, and as IotSafeApplet does.
 */
export async function findCredential(
  applet: IotSafeApplet,
  selectors: CredentialSelectors,
  use: QueueRequest,
): Promise<CardCredential> {
  const found = await choose(applet, selectors, use);
  if (selectors.publicKey === undefined) return found;
  const onCard = await applet.readPublicKey(selectors.publicKey, use);
  if (equalBytes(onCard, found.publicKey)) return found;
  const file = describeSelector("file", found.certificateFile);
  const key = describeSelector("public-key", selectors.publicKey);
  throw new CodedError("CREDENTIAL_MISMATCH", `the certificate in ${file} is not for ${key}: name another cert or key`);
}

async function choose(
  applet: IotSafeApplet,
  selectors: CredentialSelectors,
  use: QueueRequest,
): Promise<CardCredential> {
  const { key, certificate } = selectors;
  if (key !== undefined && certificate !== undefined) return readCredential(applet, key, certificate, undefined, use);
  const objects = await applet.objects(use);
  const keys = signingKeys(objects, key);
  const files = certificateFiles(objects, certificate);
  const pair = pairByLabel(keys, files);
  if (pair !== undefined) {
    return readCredential(applet, selectorOf(pair.key), selectorOf(pair.file), pair.file.fileSize, use);
  }
  const matching = files.length > 0 ? await pairByPublicKey(applet, objects, keys, files, use) : undefined;
  if (matching !== undefined) return matching;
  throw notFound(keys, files, objects);
}

async function readCredential(
  applet: IotSafeApplet,
  key: ObjectSelector,
  certificateFile: ObjectSelector,
  fileSize: number | undefined,
  use: QueueRequest,
): Promise<CardCredential> {
  const file = await applet.readFile(certificateFile, fileSize, use);
  const what = describeSelector("file", certificateFile);
  const chain = certificatesInFile(file, what);
  const [leaf] = chain;
  if (leaf === undefined) throw new CodedError("NO_CERTIFICATE", `${what} on the card holds no certificate`);
  const publicKey = certificatePublicKey(leaf);
  return { key, certificateFile, ...(fileSize !== undefined && { fileSize }), chain, publicKey };
}

/** Reads public keys and certificates until two match. */
async function pairByPublicKey(
  applet: IotSafeApplet,
  objects: readonly CardObject[],
  keys: readonly CardObject[],
  files: readonly CardObject[],
  use: QueueRequest,
): Promise<CardCredential | undefined> {
  const halves: { key: CardObject; publicKey: Uint8Array }[] = [];
  for (const key of keys) {
    const half = publicHalf(objects, key);
    const publicKey = half && (await unlessUnfit(applet.readPublicKey(selectorOf(half), use)));
    if (publicKey) halves.push({ key, publicKey });
  }
  if (halves.length === 0) return undefined;
  for (const file of files) {
    const selector = selectorOf(file);
    const candidate = await unlessUnfit(readCredential(applet, selector, selector, file.fileSize, use));
    const half = candidate && halves.find(({ publicKey }) => equalBytes(publicKey, candidate.publicKey));
    if (half) return { ...candidate, key: selectorOf(half.key) };
  }
  return undefined;
}

/** Empty key slots, and files that hold something else or nothing yet, are passed over. */
async function unlessUnfit<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    const unfit = ["NO_CERTIFICATE", "MALFORMED", "BAD_PUBLIC_KEY", "CARD_REFUSED"];
    if (error instanceof CodedError && unfit.includes(error.code)) return undefined;
    throw error;
  }
}

function notFound(
  keys: readonly CardObject[],
  files: readonly CardObject[],
  objects: readonly CardObject[],
): CodedError {
  const seen = objects.map((object) => describeSelector(object.class, selectorOf(object))).join(", ") || "no objects";
  const missing =
    keys.length === 0
      ? "no activated P-256 key that may sign"
      : files.length === 0
        ? "no certificate file"
        : "no certificate that belongs to a signing key";
  return new CodedError("CREDENTIAL_NOT_FOUND", `${missing} on the card, which shows ${seen}; name key= and cert=`);
}
