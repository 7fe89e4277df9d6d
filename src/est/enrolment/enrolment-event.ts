import type { AttemptMode, IdentityKind } from "./enrolment-record.ts";
import type { EnrolmentStep } from "./enrolment-step.ts";

/** What people and metrics are told. Never a CSR, a challenge or a key. */
export type EnrolmentEvent =
  /** What is on disk cannot be read; the device enrols anew. */
  | { readonly type: "record-unreadable"; readonly reason: string }
  /** The key of a slot is not the one that its certificate is for: a swapped SIM, or somebody else's key pair. */
  | { readonly type: "slot-lost"; readonly slot: number }
  | { readonly type: "begun"; readonly mode: AttemptMode; readonly slot: number }
  | { readonly type: "key-generated"; readonly slot: number; readonly spkiHash: Uint8Array }
  | { readonly type: "connected"; readonly identity: IdentityKind }
  /** The EST server takes another identity now: the one in use was refused. */
  | { readonly type: "identity-refused"; readonly reason: string }
  | { readonly type: "ca-certificates-taken"; readonly count: number }
  /** The former set is kept. */
  | { readonly type: "ca-certificates-refused"; readonly reason: string }
  | {
      readonly type: "issued";
      readonly subject: string;
      /** Hexadecimal. */
      readonly serialNumber: string;
      /** Milliseconds since 1970. */
      readonly notAfter: number;
      readonly differences: readonly string[];
    }
  | { readonly type: "proven"; readonly slot: number }
  /** `retryAt`: absent when the attempt is over. */
  | {
      readonly type: "failed";
      readonly step: EnrolmentStep["do"];
      readonly code: string;
      readonly reason: string;
      readonly retryAt?: number;
    };
