import { type Attempt, activeCertificate, type EnrolmentRecord, type IdentityKind } from "./enrolment-record.ts";

/** What is to be done next. */
export type EnrolmentStep =
  | { readonly do: "generate"; readonly slot: number }
  | { readonly do: "connect"; readonly identity: IdentityKind }
  | { readonly do: "fetch-ca" }
  | { readonly do: "sign"; readonly slot: number; readonly spkiHash: Uint8Array }
  | { readonly do: "submit"; readonly operation: "enrol" | "reenrol"; readonly csr: Uint8Array }
  | { readonly do: "prove"; readonly slot: number; readonly chain: readonly Uint8Array[] }
  | { readonly do: "wait"; readonly until: number }
  | { readonly do: "rest" };

/** What does not survive a restart. */
export interface EnrolmentContext {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A longer wait than we ever ask for is the mark of a clock that was set back: it is not waited for. */
  readonly longestWaitMs: number;
  readonly session?: SessionState;
}

export interface SessionState {
  readonly identity: IdentityKind;
  /** The CA certificates were asked for in this session. */
  readonly caFetched: boolean;
  /** The CSR of the record was signed in this session. */
  readonly csrOfThisSession: boolean;
}

/**
 * The next step as a function of what is on disk and of this moment's session, so that a process killed anywhere finds
 * its way by reading the record: nothing else is remembered.
 */
export function nextStep(record: EnrolmentRecord, { now, longestWaitMs, session }: EnrolmentContext): EnrolmentStep {
  const { attempt } = record;
  if (!attempt) return { do: "rest" };
  const { retryAt = now } = attempt;
  if (now < retryAt && retryAt - now <= longestWaitMs) return { do: "wait", until: retryAt };
  if (attempt.stage === "begun") return { do: "generate", slot: attempt.slot };
  if (attempt.stage === "issued") return { do: "prove", slot: attempt.slot, chain: attempt.chain };
  const identity = activeCertificate(record) ? attempt.identity : "bootstrap";
  if (session?.identity !== identity) return { do: "connect", identity };
  if (!session.caFetched) return { do: "fetch-ca" };
  return stepInSession(attempt, session);
}

function stepInSession(
  attempt: Extract<Attempt, { stage: "generated" | "requested" }>,
  { identity, csrOfThisSession }: SessionState,
): EnrolmentStep {
  const worthless = attempt.stage === "requested" && attempt.bound && !csrOfThisSession;
  if (attempt.stage === "generated" || worthless) return { do: "sign", slot: attempt.slot, spkiHash: attempt.spkiHash };
  // A re-enrolment is authenticated by the certificate that it follows (RFC 7030 §4.2.2).
  return { do: "submit", operation: identity === "operational" ? "reenrol" : "enrol", csr: attempt.csr };
}
