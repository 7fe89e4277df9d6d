import { fromHex } from "../../../util/bytes.ts";
import { DecodeError } from "../../../util/coded-error.ts";
import { type CredentialUri, CredentialUriError, parameterChoice, parseCredentialUri } from "../credential-uri.ts";
import type { IotSafeSettings } from "./iotsafe-applet.ts";
import type { ClassChoice } from "./iotsafe-session.ts";
import type { ObjectSelector } from "./object-selector.ts";
import { defaultAids } from "./select-applet.ts";

/** How the card is reached. */
export type CardChannelName =
  /** `reader`: part of the reader's name; the first reader with a card in it when absent. */
  | { readonly kind: "pcsc"; readonly reader?: string }
  /** `path`: of a Unix socket. */
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** Which objects of the applet; what is absent is found by looking at the object list. */
export interface CredentialSelectors {
  readonly key?: ObjectSelector;
  readonly publicKey?: ObjectSelector;
  readonly certificate?: ObjectSelector;
}

export interface IotSafeUri {
  readonly channel: CardChannelName;
  readonly settings: IotSafeSettings;
  readonly selectors: CredentialSelectors;
}

const known = ["channel", "aid", "class", "key", "public-key", "cert", "key-label", "public-key-label", "cert-label"];
const classChoices: readonly ClassChoice[] = ["auto", "proprietary", "interindustry"];

/**
 * `iotsafe:?channel=pcsc[:READER]|socket:PATH|tcp:HOST:PORT&aid=HEX[,HEX]&class=auto|proprietary|interindustry` and, for
 * the key, its public half and the certificate, an identifier (`key`, `public-key`, `cert`: hexadecimal) or a label
 * (`key-label`, `public-key-label`, `cert-label`). Everything is optional. Throws CredentialUriError.
 */
export function parseIotSafeUri(uri: string): IotSafeUri {
  const parsed = parseCredentialUri(uri, known);
  if (parsed.scheme !== "iotsafe") throw new CredentialUriError(`scheme iotsafe expected, ${parsed.scheme} given`);
  if (parsed.path !== "") throw new CredentialUriError('iotsafe: has no path; parameters begin with "?"');
  const key = selector(parsed, "key");
  const publicKey = selector(parsed, "public-key");
  const certificate = selector(parsed, "cert");
  return {
    channel: parseCardChannel(parsed.parameters.get("channel") ?? "pcsc"),
    settings: { aids: aids(parsed), class: parameterChoice(parsed, "class", classChoices, "auto") },
    selectors: { ...(key && { key }), ...(publicKey && { publicKey }), ...(certificate && { certificate }) },
  };
}

/** pcsc[:READER], socket:PATH or tcp:HOST:PORT. Throws CredentialUriError. */
export function parseCardChannel(text: string): CardChannelName {
  const [, kind, name] = /^([a-z]+)(?::(.+))?$/.exec(text) ?? [];
  if (kind === "pcsc") return name === undefined ? { kind } : { kind, reader: name };
  if (kind === "socket" && name !== undefined) return { kind, path: name };
  const [, host, port] = (kind === "tcp" && /^(.+):(\d{1,5})$/.exec(name ?? "")) || [];
  if (host !== undefined && Number(port) <= 65535) return { kind: "tcp", host, port: Number(port) };
  throw new CredentialUriError('"channel" must be pcsc, pcsc:READER, socket:PATH or tcp:HOST:PORT');
}

function aids(uri: CredentialUri): readonly Uint8Array[] {
  const given = uri.parameters.get("aid");
  if (given === undefined) return defaultAids;
  return given.split(",").map((aid) => bytes(aid, "aid", 5, 16));
}

function selector(uri: CredentialUri, name: string): ObjectSelector | undefined {
  const id = uri.parameters.get(name);
  const label = uri.parameters.get(`${name}-label`);
  if (id !== undefined && label !== undefined) {
    throw new CredentialUriError(`"${name}" and "${name}-label" name the same object: give one of them`);
  }
  if (id !== undefined) return { id: bytes(id, name, 1, 20) };
  return label === undefined ? undefined : { label };
}

function bytes(hex: string, name: string, min: number, max: number): Uint8Array {
  try {
    const value = fromHex(hex);
    if (value.length >= min && value.length <= max) return value;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
  throw new CredentialUriError(`"${name}" must be ${min} to ${max} bytes in hexadecimal`);
}
