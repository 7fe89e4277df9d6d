import { DerReader, DerTag } from "../pki/der.ts";
import { oidOf } from "../pki/der-values.ts";
import { derOid, derSequence, derSetOf } from "../pki/der-writer.ts";

/** An OID alone, or an attribute with its values (DER). */
export interface CsrAttribute {
  readonly oid: string;
  readonly values?: readonly Uint8Array[];
}

/** PKCS #9 challengePassword: asked for alone it means "link the request to the session" (RFC 7030 §3.5). */
export const challengePasswordOid = "1.2.840.113549.1.9.7";

const maxAttributes = 64;

/** CsrAttrs (RFC 7030 §4.5.2). Strict DER; throws DecodeError. */
export function parseCsrAttributes(der: Uint8Array): readonly CsrAttribute[] {
  const file = new DerReader(der, "CSR attributes");
  const list = file.enter(DerTag.sequence);
  file.end();
  const attributes: CsrAttribute[] = [];
  while (!list.done) {
    if (attributes.length === maxAttributes) list.fail(`more than ${maxAttributes} attributes`);
    attributes.push(list.tag === DerTag.oid ? { oid: oidOf(list.next()) } : readAttribute(list));
  }
  return attributes;
}

export function encodeCsrAttributes(attributes: readonly CsrAttribute[]): Uint8Array {
  return derSequence(
    ...attributes.map(({ oid, values }) => (values ? derSequence(derOid(oid), derSetOf(values)) : derOid(oid))),
  );
}

/** Whether the server wants the request linked to the session. */
export function wantsChannelBinding(attributes: readonly CsrAttribute[]): boolean {
  return attributes.some(({ oid, values }) => oid === challengePasswordOid && values === undefined);
}

function readAttribute(list: DerReader): CsrAttribute {
  const attribute = list.enter(DerTag.sequence);
  const oid = oidOf(attribute.take(DerTag.oid));
  const set = attribute.enter(DerTag.set);
  attribute.end();
  const values: Uint8Array[] = [];
  while (!set.done) values.push(set.next().whole);
  return { oid, values };
}
