import { type IncomingMessage, request as plain } from "node:http";
import { request as secure } from "node:https";
import { CodedError } from "../util/coded-error.ts";

/** Whom HTTPS trusts; nothing given: the certificate authorities that come with Node. */
export interface TlsTrust {
  /** PEM. */
  readonly ca?: string;
}

/** A server that says nothing for so long is gone. */
const IDLE_MS = 60_000;

/** Sends a GET and resolves with the head of the response; its body may fail later. */
export function requestHttp(
  url: URL,
  headers: Readonly<Record<string, string>>,
  { ca }: TlsTrust,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const common = { headers, signal, agent: false as const };
    const request = url.protocol === "https:" ? secure(url, { ...common, ...(ca && { ca }) }) : plain(url, common);
    request.setTimeout(IDLE_MS, () => {
      request.destroy(new CodedError("DOWNLOAD_STALLED", `the package server was silent for ${IDLE_MS} ms`));
    });
    request.on("response", resolve);
    request.on("error", reject);
    request.end();
  });
}
