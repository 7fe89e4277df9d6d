import type { Association } from "../association/association.ts";
import type { CoapRequest, CoapResponse } from "../coap/exchange.ts";
import { Code, Method } from "../coap/message.ts";
import { challengePasswordOid, encodeCsrAttributes } from "../est/csr-attributes.ts";
import { EstFormat } from "../est/est-format.ts";
import { encodeBase64 } from "../formats/base64.ts";
import { ContentFormat } from "../formats/content-format.ts";
import { parseCertificateRequest } from "../pki/certificate-request.ts";
import { encodeCertsOnly } from "../pki/certs-only.ts";
import { encodeUtf8, equalBytes, toHex } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import { type EstAuthority, subjectOf } from "./est-authority.ts";

export interface EstResourcesOptions {
  readonly authority: EstAuthority;
  /** Path segments; the well-known ones when absent. */
  readonly root?: readonly string[];
  /** Asks for requests that are linked to their session, and refuses others. */
  readonly channelBinding?: boolean;
  /** Each new request is answered with 5.03 first, to be sent again after so many seconds. */
  readonly delaySeconds?: number;
  /** Whether a peer may have a certificate with this content; a text says why not. */
  readonly admit?: (csr: Uint8Array, association: Association) => string | undefined;
  readonly onIssued?: (certificate: Uint8Array, name: "sen" | "sren") => void;
}

const refuse = (code: number, text: string): CoapResponse => ({ code, payload: encodeUtf8(text) });

/** The EST functions of a server (RFC 9148 §4): crts, sen, sren, att, and their discovery. */
export class EstResources {
  readonly #options: EstResourcesOptions;
  readonly #root: readonly string[];
  readonly #seen = new Set<string>();

  constructor(options: EstResourcesOptions) {
    this.#options = options;
    this.#root = options.root ?? [".well-known", "est"];
  }

  /** Undefined for a path that is none of EST's: somebody else may have it. */
  async handle(request: CoapRequest, association: Association): Promise<CoapResponse | undefined> {
    const { path, method } = request;
    const name = path.at(-1);
    if (path.join("/") === ".well-known/core" && request.query.some((each) => each.startsWith("rt=ace.est")))
      return this.#discover();
    if (path.slice(0, -1).join("/") !== this.#root.join("/")) return undefined;
    if (name === "crts" && method === Method.GET) return this.#caCertificates();
    if (name === "att" && method === Method.GET) return this.#attributes();
    if ((name === "sen" || name === "sren") && method === Method.POST) return this.#enrol(name, request, association);
    return { code: Code.NotFound };
  }

  #discover(): CoapResponse {
    const links = ["crts", "sen", "sren", "att"].map(
      (name) => `</${[...this.#root, name].join("/")}>;rt="ace.est.${name}"`,
    );
    return { code: Code.Content, contentFormat: ContentFormat.linkFormat, payload: encodeUtf8(links.join(",")) };
  }

  #caCertificates(): CoapResponse {
    const { certificates } = this.#options.authority;
    return { code: Code.Content, contentFormat: EstFormat.certsOnly, payload: encodeCertsOnly({ certificates }) };
  }

  #attributes(): CoapResponse {
    if (!this.#options.channelBinding) return { code: Code.NotFound };
    const payload = encodeCsrAttributes([{ oid: challengePasswordOid }]);
    return { code: Code.Content, contentFormat: EstFormat.csrAttributes, payload };
  }

  async #enrol(name: "sen" | "sren", request: CoapRequest, association: Association): Promise<CoapResponse> {
    if (request.contentFormat !== EstFormat.pkcs10) return refuse(Code.UnsupportedContentFormat, "PKCS #10 expected");
    try {
      return this.#refusal(name, request.payload, association) ?? (await this.#issue(name, request));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return refuse(Code.BadRequest, error.message);
    }
  }

  #refusal(name: "sen" | "sren", csr: Uint8Array, association: Association): CoapResponse | undefined {
    const { channelBinding, admit, delaySeconds } = this.#options;
    const { session } = association;
    const [peer] = session?.peerChain ?? [];
    if (!session || !peer) return refuse(Code.Unauthorized, "a client certificate is needed");
    const { subject, challengePassword } = parseCertificateRequest(csr);
    if (name === "sren" && !equalBytes(subject, subjectOf(peer))) return refuse(Code.Forbidden, "another subject");
    if (challengePassword !== undefined && challengePassword !== encodeBase64(session.tlsUnique))
      return refuse(Code.Unauthorized, "of another session");
    if (channelBinding && challengePassword === undefined) return refuse(Code.BadRequest, "not linked to the session");
    const problem = admit?.(csr, association);
    if (problem !== undefined) return refuse(Code.Forbidden, problem);
    if (delaySeconds === undefined || this.#seen.has(toHex(csr))) return undefined;
    this.#seen.add(toHex(csr));
    return { code: Code.ServiceUnavailable, maxAge: delaySeconds };
  }

  async #issue(name: "sen" | "sren", { payload, accept }: CoapRequest): Promise<CoapResponse> {
    const certificate = await this.#options.authority.issue(payload);
    this.#options.onIssued?.(certificate, name);
    if (accept === EstFormat.certificate) {
      return { code: Code.Changed, contentFormat: EstFormat.certificate, payload: certificate };
    }
    const body = encodeCertsOnly({ certificates: [certificate] });
    return { code: Code.Changed, contentFormat: EstFormat.certsOnly, payload: body };
  }
}
