import { decodeBase64, encodeBase64 } from "../../formats/base64.ts";
import { Decimal } from "../../formats/decimal.ts";
import { type JsonObject, type JsonValue, parseJson } from "../../formats/json.ts";
import { decodeUtf8, encodeUtf8 } from "../../util/bytes.ts";
import { DecodeError } from "../../util/coded-error.ts";
import type { Attempt, EnrolmentRecord, HeldCertificate, LastFailure } from "./enrolment-record.ts";

/** The record as JSON, its members in a fixed order; bytes are base64. It holds no secret. */
export function encodeRecord(record: EnrolmentRecord): Uint8Array {
  const { version, activeSlot, slots, attempt, lastFailure, caCertificates, estRoot } = record;
  const ordered = { version, activeSlot, slots, attempt, lastFailure, caCertificates, estRoot };
  return encodeUtf8(`${JSON.stringify(ordered, (_, value) => writable(value), 1)}\n`);
}

/** Throws DecodeError, also for a record of another version: better enrolled anew than misunderstood. */
export function decodeRecord(bytes: Uint8Array): EnrolmentRecord {
  const fields = new Fields(parseJson(decodeUtf8(bytes, what)));
  if (fields.number("version") !== 1) throw malformed("version is not 1");
  const slots = fields.list("slots").map((slot) => (slot === null ? undefined : readHeld(new Fields(slot))));
  const activeSlot = fields.optional("activeSlot", () => fields.number("activeSlot"));
  if (activeSlot !== undefined && !slots[activeSlot]) throw malformed("the active slot holds nothing");
  const attempt = fields.optional("attempt", () => readAttempt(fields.inner("attempt")));
  if (attempt && attempt.slot >= slots.length) throw malformed("attempt in a slot that is not there");
  const lastFailure = fields.optional("lastFailure", () => readFailure(fields.inner("lastFailure")));
  const caCertificates = fields.optional("caCertificates", () => fields.byteList("caCertificates"));
  const estRoot = fields.optional("estRoot", () => fields.list("estRoot").map(text));
  return {
    version: 1,
    ...(activeSlot !== undefined && { activeSlot }),
    slots,
    ...(attempt && { attempt }),
    ...(lastFailure && { lastFailure }),
    ...(caCertificates && { caCertificates }),
    ...(estRoot && { estRoot }),
  };
}

const what = "enrolment record";

/** JSON.stringify would write bytes as an object and leave an empty slot out. */
function writable(value: unknown): unknown {
  if (value instanceof Uint8Array) return encodeBase64(value);
  return value;
}

function readHeld(fields: Fields): HeldCertificate {
  const chain = fields.byteList("chain");
  if (chain.length === 0) throw malformed("empty chain");
  return { spkiHash: fields.bytes("spkiHash"), chain, since: fields.number("since") };
}

function readFailure(fields: Fields): LastFailure {
  return { at: fields.number("at"), count: fields.number("count"), code: fields.text("code") };
}

function readAttempt(fields: Fields): Attempt {
  const retryAt = fields.optional("retryAt", () => fields.number("retryAt"));
  const base = {
    slot: fields.number("slot"),
    mode: fields.choice("mode", ["new-key", "same-key"]),
    identity: fields.choice("identity", ["operational", "bootstrap"]),
    failures: fields.number("failures"),
    ...(retryAt !== undefined && { retryAt }),
  };
  const stage = fields.choice("stage", ["begun", "generated", "requested", "issued"]);
  if (stage === "begun") return { ...base, stage };
  const spkiHash = fields.bytes("spkiHash");
  if (stage === "generated") return { ...base, stage, spkiHash };
  if (stage === "issued") return { ...base, stage, spkiHash, chain: fields.byteList("chain") };
  return { ...base, stage, spkiHash, csr: fields.bytes("csr"), bound: fields.flag("bound") };
}

/** Typed access to the members of a JSON object. */
class Fields {
  readonly #members: JsonObject;

  constructor(value: JsonValue) {
    if (!(value instanceof Map)) throw malformed("object expected");
    this.#members = value;
  }

  optional<T>(name: string, read: () => T): T | undefined {
    return this.#members.has(name) ? read() : undefined;
  }

  inner(name: string): Fields {
    return new Fields(this.#get(name));
  }

  /** Whole and not negative. */
  number(name: string): number {
    const value = this.#get(name);
    const number = value instanceof Decimal ? Number(value.text) : Number.NaN;
    return Number.isSafeInteger(number) && number >= 0 ? number : fail(name, "whole number");
  }

  text(name: string): string {
    return text(this.#get(name));
  }

  flag(name: string): boolean {
    const value = this.#get(name);
    return typeof value === "boolean" ? value : fail(name, "boolean");
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.text(name);
    return choices.find((each) => each === value) ?? fail(name, choices.join(" or "));
  }

  bytes(name: string): Uint8Array {
    return decodeBase64(this.text(name));
  }

  list(name: string): readonly JsonValue[] {
    const value = this.#get(name);
    return Array.isArray(value) ? value : fail(name, "list");
  }

  byteList(name: string): readonly Uint8Array[] {
    return this.list(name).map((each) => decodeBase64(text(each)));
  }

  #get(name: string): JsonValue {
    return this.#members.get(name) ?? fail(name, "a value");
  }
}

function text(value: JsonValue): string {
  return typeof value === "string" ? value : fail("text", "string");
}

function fail(name: string, expected: string): never {
  throw malformed(`${name}: ${expected} expected`);
}

function malformed(problem: string): DecodeError {
  return new DecodeError(`${what}: ${problem}`, 0);
}
