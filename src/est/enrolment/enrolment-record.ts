/** What a device must remember of its certificate's life; small, and written whole at every step. */
export interface EnrolmentRecord {
  readonly version: 1;
  /** Index into `slots` of the credential in use; absent before the first enrolment. */
  readonly activeSlot?: number;
  /** One for each key slot. After a change of slots the former one is held until the new one has registered. */
  readonly slots: readonly (HeldCertificate | undefined)[];
  /** The enrolment or renewal under way. */
  readonly attempt?: Attempt;
  /** How the last attempt failed for good, and how many did so in a row. */
  readonly lastFailure?: LastFailure;
  /** The CA certificates that the EST server gave (DER): anchors and links between them. */
  readonly caCertificates?: readonly Uint8Array[];
  /** Path segments under which the EST server's functions were found. */
  readonly estRoot?: readonly string[];
}

export interface HeldCertificate {
  /** SHA-256 of the SubjectPublicKeyInfo: tells whether the slot still has this key. */
  readonly spkiHash: Uint8Array;
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[];
  /** When it was proven, in milliseconds since 1970. */
  readonly since: number;
}

export interface LastFailure {
  readonly at: number;
  readonly count: number;
  /** The error's code. */
  readonly code: string;
}

/** Which credential shows who we are to the EST server. */
export type IdentityKind = "operational" | "bootstrap";

interface AttemptBase {
  readonly slot: number;
  /** A new key made in the slot, or a new certificate for the key that is there. */
  readonly mode: AttemptMode;
  readonly identity: IdentityKind;
  /** Failures since the last step that went well. */
  readonly failures: number;
  /** Not to be gone on with before, in milliseconds since 1970. */
  readonly retryAt?: number;
}

export type AttemptMode = "new-key" | "same-key";

/** By how far it has come. What a stage holds is all that the next one needs. */
export type Attempt = AttemptBase &
  (
    | { readonly stage: "begun" }
    | { readonly stage: "generated"; readonly spkiHash: Uint8Array }
    /** `bound`: the CSR names the session it was made for, and is worth nothing in another one. */
    | {
        readonly stage: "requested";
        readonly spkiHash: Uint8Array;
        readonly csr: Uint8Array;
        readonly bound: boolean;
      }
    | { readonly stage: "issued"; readonly spkiHash: Uint8Array; readonly chain: readonly Uint8Array[] }
  );

/** A slot's state in one word, for people. */
export type SlotState = "idle" | "generated" | "requested" | "issued" | "proven";

export function emptyRecord(slotCount: number): EnrolmentRecord {
  return { version: 1, slots: Array.from({ length: slotCount }, () => undefined) };
}

export function activeCertificate({ activeSlot, slots }: EnrolmentRecord): HeldCertificate | undefined {
  return activeSlot === undefined ? undefined : slots[activeSlot];
}

export function slotState({ slots, attempt }: EnrolmentRecord, slot: number): SlotState {
  if (slots[slot]) return "proven";
  return attempt?.slot === slot && attempt.stage !== "begun" ? attempt.stage : "idle";
}

/** Without a field, as exact optional properties want it. */
export function without<T extends object, K extends keyof T>(value: T, field: K): Omit<T, K> {
  const { [field]: _dropped, ...rest } = value;
  return rest;
}
