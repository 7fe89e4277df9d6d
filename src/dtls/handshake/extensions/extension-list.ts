import type { ByteReader } from "../../../util/bytes.ts";
import { ByteWriter } from "../../../util/bytes.ts";

/** One entry of a hello's extension list, undecoded. */
export interface Extension {
  readonly type: number;
  readonly data: Uint8Array;
}

/** ExtensionType code points that we send or understand. */
export const ExtensionType = {
  server_name: 0,
  supported_groups: 10,
  ec_point_formats: 11,
  signature_algorithms: 13,
  extended_master_secret: 23,
  connection_id: 54,
  renegotiation_info: 0xff01,
} as const;

/**
 * The rest of a hello (RFC 5246 §7.4.1.4): nothing at all, or a list that fills it. A type that appears twice is a
 * DecodeError, as the section forbids it.
 */
export function decodeExtensions(reader: ByteReader): readonly Extension[] {
  if (reader.remaining === 0) return [];
  const end = reader.uint16();
  if (end !== reader.remaining) reader.fail(`extensions of ${end} bytes, ${reader.remaining} left`);
  const extensions: Extension[] = [];
  const seen = new Set<number>();
  while (reader.remaining > 0) {
    const type = reader.uint16();
    if (seen.has(type)) reader.fail(`extension ${type} appears twice`);
    seen.add(type);
    extensions.push({ type, data: reader.vector(2) });
  }
  return extensions;
}

/** No extensions: no list either. */
export function encodeExtensions(extensions: readonly Extension[]): Uint8Array {
  if (extensions.length === 0) return new Uint8Array();
  const list = new ByteWriter();
  for (const { type, data } of extensions) list.uint16(type).vector(2, data);
  return new ByteWriter().vector(2, list.finish()).finish();
}

export function findExtension(extensions: readonly Extension[], type: number): Uint8Array | undefined {
  return extensions.find((extension) => extension.type === type)?.data;
}
