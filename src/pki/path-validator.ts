import type { CertificateVerifier, PeerVerdict } from "../credentials/ports/certificate-verifier.ts";
import { CodedError, describeError } from "../util/coded-error.ts";
import type { WallClock } from "../util/time.ts";
import { type Certificate, parseCertificate } from "./certificate.ts";
import { nameMismatch } from "./host-name.ts";
import type { PathRules } from "./path-rules.ts";
import { findPath, type PathResult } from "./path-search.ts";
import { type Refusal, refuse } from "./refusal.ts";

export interface PathValidatorOptions {
  /** Trust anchors as DER certificates. None: every peer is refused. */
  readonly anchors: readonly Uint8Array[];
  /** A server is checked for its name, which is the host asked for (or SNI); a client has no name to check. */
  readonly peer: ServerPeer | { readonly role: "client" };
  readonly clock: WallClock;
  /** Milliseconds the clock may be off; 0 when absent. */
  readonly skewMs?: number;
  /** Leaves dates unjudged while the clock is not trusted; otherwise every peer is refused until it is. */
  readonly allowUntrustedClock?: boolean;
  /** See PathRules; false when absent. */
  readonly acceptAnyExtendedKeyUsage?: boolean;
  readonly revoked?: NonNullable<PathRules["revoked"]>;
  readonly pathRule?: NonNullable<PathRules["pathRule"]>;
  /** 6 when absent. */
  readonly maxIntermediates?: number;
}

export interface ServerPeer {
  readonly role: "server";
  /** A host name in ASCII form, or an IP literal. */
  readonly name: string;
  /** False when absent: see NamePolicy. */
  readonly allowCommonName?: boolean;
}

const maxChainLength = 10;
const maxSignatures = 40;

/** Judges a chain by RFC 5280 §6.1 and, for a server, its name by RFC 9525. Whatever cannot be judged is refused. */
export class PathValidator implements CertificateVerifier {
  readonly #options: PathValidatorOptions;
  readonly #anchors: readonly Certificate[];

  /** Throws CodedError "BAD_TRUST_ANCHOR" when one is not a certificate. */
  constructor(options: PathValidatorOptions) {
    this.#options = options;
    this.#anchors = options.anchors.map(parseAnchor);
  }

  async verify(chain: readonly Uint8Array[]): Promise<PeerVerdict> {
    const result = this.validate(chain);
    if (!result.path) return { accepted: false, ...result.refusal };
    const [leaf] = result.path;
    if (!leaf) return { accepted: false, code: "malformed", message: "the path is empty" };
    return { accepted: true, publicKey: leaf.publicKey };
  }

  /** The same judgement with the path that was found, for rules that look at it. `chain`: DER, leaf first. */
  validate(chain: readonly Uint8Array[]): PathResult {
    if (chain.length > maxChainLength) return tooLong(chain.length);
    const certificates: Certificate[] = [];
    for (const [i, der] of chain.entries()) {
      const certificate = parsed(der, i);
      if ("code" in certificate) return { refusal: certificate };
      certificates.push(certificate);
    }
    const [leaf, ...intermediates] = certificates;
    if (!leaf) return { refusal: { code: "malformed", message: "the peer sent no certificate" } };
    return this.#judge(leaf, intermediates);
  }

  #judge(leaf: Certificate, intermediates: readonly Certificate[]): PathResult {
    const { clock, allowUntrustedClock, maxIntermediates = 6 } = this.#options;
    if (!clock.trusted && !allowUntrustedClock) return { refusal: refuse(leaf, "not-yet-valid", clockNotSet) };
    const limits = { maxIntermediates, maxSignatures };
    const result = findPath(leaf, intermediates, this.#anchors, this.#rules(), limits);
    const refusal = result.path && this.#wrongName(leaf);
    return refusal ? { refusal } : result;
  }

  #rules(): PathRules {
    const { clock, skewMs = 0, peer, acceptAnyExtendedKeyUsage = false, revoked, pathRule } = this.#options;
    const now = clock.trusted ? clock.now() : undefined;
    const rules = { now, skewMs, purpose: peer.role, acceptAnyExtendedKeyUsage };
    return { ...rules, ...(revoked && { revoked }), ...(pathRule && { pathRule }) };
  }

  #wrongName(leaf: Certificate): Refusal | undefined {
    const { peer } = this.#options;
    if (peer.role === "client") return undefined;
    const problem = nameMismatch(leaf, peer.name, { allowCommonName: peer.allowCommonName ?? false });
    return problem === undefined ? undefined : refuse(leaf, "name-mismatch", problem);
  }
}

const clockNotSet = "cannot be judged: this device's clock is not set, so its dates say nothing";

function parseAnchor(der: Uint8Array, i: number): Certificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    throw new CodedError("BAD_TRUST_ANCHOR", `trust anchor ${i + 1} is not a DER certificate`, { cause });
  }
}

function parsed(der: Uint8Array, i: number): Certificate | Refusal {
  try {
    return parseCertificate(der);
  } catch (error) {
    return { code: "malformed", message: `certificate ${i + 1} of the chain is malformed: ${describeError(error)}` };
  }
}

function tooLong(length: number): PathResult {
  const message = `the chain has ${length} certificates; at most ${maxChainLength} are looked at`;
  return { refusal: { code: "too-complex", message } };
}
