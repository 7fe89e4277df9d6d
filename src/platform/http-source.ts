import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { DeliveryError } from "../lwm2m/package-delivery/delivery-error.ts";
import type { DownloadRequest, DownloadSink, DownloadSource } from "../lwm2m/package-delivery/download-source.ts";
import { CodedError } from "../util/coded-error.ts";
import { requestHttp, type TlsTrust } from "./http-request.ts";

const MAX_REDIRECTS = 5;

/** Refusals that may pass: time-out, too early, too many requests. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

/** Fetches by HTTP or HTTPS; goes on where it was by Range and If-Range (RFC 9110 §13.1.5, §14.2). */
export class HttpSource implements DownloadSource {
  readonly #trust: () => Promise<TlsTrust>;

  /** `trust` is asked for each connection: what a file holds may have changed. */
  constructor(trust: () => Promise<TlsTrust> = async () => ({})) {
    this.#trust = trust;
  }

  check(uri: string): void {
    parse(uri);
  }

  async download(request: DownloadRequest, sink: DownloadSink, signal: AbortSignal): Promise<void> {
    if ((await this.#attempt(request, sink, signal)) === "whole") return;
    const { uri, login } = request;
    const again = await this.#attempt({ uri, offset: 0, ...(login && { login }) }, sink, signal);
    if (again === "changed") throw new CodedError("DOWNLOAD_REFUSED", "the package server gives parts of other things");
  }

  async #attempt(request: DownloadRequest, sink: DownloadSink, signal: AbortSignal): Promise<"whole" | "changed"> {
    const response = await this.#respond(request, signal);
    try {
      const body = readBegin(response, request);
      if (body === "changed") return body;
      await sink.begin(body);
      for await (const chunk of response) await sink.append(chunk);
      if (!response.complete) throw new CodedError("DOWNLOAD_CUT", "the connection ended before the package did");
      return "whole";
    } finally {
      response.destroy();
    }
  }

  /** Follows redirections. */
  async #respond(request: DownloadRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const trust = await this.#trust();
    const first = parse(request.uri);
    let url = first;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      // Credentials are for the server that was named, not for where it points to.
      const login = url.origin === first.origin ? request.login : undefined;
      const response = await requestHttp(url, headersFor(request, login), trust, signal);
      const { statusCode = 0, headers } = response;
      if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) return response;
      response.destroy();
      url = redirected(url, headers.location);
    }
    throw new DeliveryError("bad-address", `more than ${MAX_REDIRECTS} redirections`);
  }
}

function headersFor({ offset, validator }: DownloadRequest, login: DownloadRequest["login"]): Record<string, string> {
  return {
    // Parts of a compressed body are of no use.
    "accept-encoding": "identity",
    ...(offset > 0 && validator !== undefined && { range: `bytes=${offset}-`, "if-range": validator }),
    ...(login && {
      authorization: `Basic ${Buffer.from(`${login.userName}:${login.password}`).toString("base64")}`,
    }),
  };
}

function readBegin({ statusCode = 0, headers }: IncomingMessage, { offset, validator }: DownloadRequest) {
  const named = validatorOf(headers);
  const known = { unit: 1, ...(named !== undefined && { validator: named }) };
  if (statusCode === 200) {
    const length = headers["content-length"];
    return { ...known, offset: 0, ...(length !== undefined && { totalBytes: Number(length) }) };
  }
  if (statusCode === 206) {
    const [, from, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
    if (Number(from) !== offset || (named !== undefined && named !== validator)) return "changed";
    return {
      unit: 1,
      offset,
      ...keep(validator),
      ...(total !== undefined && total !== "*" && { totalBytes: Number(total) }),
    };
  }
  // Less is there than we have.
  if (statusCode === 416 && offset > 0) return "changed";
  const text = `the package server answered ${statusCode}`;
  if (statusCode >= 400 && statusCode < 500 && !passing.has(statusCode)) throw new DeliveryError("bad-address", text);
  throw new CodedError("DOWNLOAD_REFUSED", text);
}

function keep(validator: string | undefined) {
  return validator === undefined ? {} : { validator };
}

/** What If-Range takes: a strong ETag, or a date when there is none (RFC 9110 §13.1.5). */
function validatorOf({ etag, "last-modified": date }: IncomingHttpHeaders): string | undefined {
  if (etag === undefined) return date;
  return etag.startsWith('"') ? etag : undefined;
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : undefined;
  if (to?.protocol === "https:" || (to?.protocol === "http:" && from.protocol === "http:")) return to;
  throw new DeliveryError("bad-address", "the package server points to an address that is not to be followed");
}

function parse(uri: string): URL {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url && (url.protocol === "http:" || url.protocol === "https:") && url.username === "") return url;
  throw new DeliveryError("bad-address", "the package address is not http://HOST… or https://HOST…");
}
