import { decodeUtf8, encodeUtf8 } from "../util/bytes.ts";
import { DecodeError } from "../util/coded-error.ts";

/** A link attribute; without a value it is a flag. `quoted` says how a value is (or was) written. */
export interface LinkAttribute {
  readonly name: string;
  readonly value?: string;
  readonly quoted?: boolean;
}

export interface Link {
  /** What stands between "<" and ">". */
  readonly target: string;
  readonly attributes: readonly LinkAttribute[];
}

const MAX_LINKS = 4096;
const TARGET = /<([^<>\s]*)>/y;
const PARAMETER_NAME = /;([!#$&+\-.^_`|~0-9A-Za-z]+\*?)/y;
const QUOTED = /="([^"\\]*(?:\\.[^"\\]*)*)"/sy;
const TOKEN = /=([!#$%&'()*+\-./:<=>?@[\]^_`{|}~0-9A-Za-z]+)/y;

/** application/link-format (RFC 6690 §2). */
export function encodeLinks(links: readonly Link[]): Uint8Array {
  return encodeUtf8(formatLinks(links));
}

export function formatLinks(links: readonly Link[]): string {
  return links.map(({ target, attributes }) => `<${target}>${attributes.map(attributeText).join("")}`).join(",");
}

/** Strict; the empty list is legal. Throws DecodeError. */
export function decodeLinks(bytes: Uint8Array): Link[] {
  return parseLinks(decodeUtf8(bytes, "link format"));
}

export function parseLinks(text: string): Link[] {
  const links: Link[] = [];
  const cursor = { at: 0 };
  while (cursor.at < text.length) {
    if (links.length > 0 && text[cursor.at++] !== ",")
      throw new DecodeError("link format: comma expected", cursor.at - 1);
    if (links.length === MAX_LINKS) throw new DecodeError(`link format: more than ${MAX_LINKS} links`, cursor.at);
    links.push(parseLink(text, cursor));
  }
  return links;
}

interface Cursor {
  at: number;
}

function parseLink(text: string, cursor: Cursor): Link {
  const target = take(TARGET, text, cursor);
  if (target === undefined) throw new DecodeError("link format: <target> expected", cursor.at);
  const attributes: LinkAttribute[] = [];
  for (let name = take(PARAMETER_NAME, text, cursor); name !== undefined; name = take(PARAMETER_NAME, text, cursor)) {
    attributes.push(parseAttribute(name, text, cursor));
  }
  return { target, attributes };
}

function parseAttribute(name: string, text: string, cursor: Cursor): LinkAttribute {
  const quoted = take(QUOTED, text, cursor);
  if (quoted !== undefined) return { name, value: quoted.replace(/\\(.)/gs, "$1"), quoted: true };
  const value = take(TOKEN, text, cursor);
  return value === undefined ? { name } : { name, value };
}

function take(pattern: RegExp, text: string, cursor: Cursor): string | undefined {
  pattern.lastIndex = cursor.at;
  const match = pattern.exec(text);
  if (!match) return undefined;
  cursor.at = pattern.lastIndex;
  return match[1];
}

function attributeText({ name, value, quoted }: LinkAttribute): string {
  if (value === undefined) return `;${name}`;
  return quoted ? `;${name}="${value.replace(/["\\]/g, "\\$&")}"` : `;${name}=${value}`;
}
