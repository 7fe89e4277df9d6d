import { type IncomingMessage, request as plain } from "node:http";
import { type RequestOptions, request as secure } from "node:https";
import { Socket } from "node:net";
import { CodedError } from "../util/coded-error.ts";
import { connectPinned } from "./connect-pinned.ts";

/** Whom HTTPS trusts, all DER; nothing given: the certificate authorities that come with Node. */
export interface TlsTrust {
  readonly anchors?: readonly Uint8Array[];
  /** The server's own certificate; anchors do not count beside it. */
  readonly pinned?: Uint8Array;
}

/** A server that says nothing for so long is gone. */
const IDLE_MS = 60_000;

/** Sends a GET and resolves with the head of the response; its body may fail later. */
export function requestHttp(
  url: URL,
  headers: Readonly<Record<string, string>>,
  trust: TlsTrust,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const common = { headers, signal };
    const request =
      url.protocol === "https:"
        ? secure(url, { ...common, ...trustOptions(url, trust) })
        : plain(url, { ...common, agent: false });
    request.setTimeout(IDLE_MS, () => {
      request.destroy(new CodedError("DOWNLOAD_STALLED", `the package server was silent for ${IDLE_MS} ms`));
    });
    request.on("response", resolve);
    request.on("error", reject);
    request.end();
  });
}

function trustOptions(url: URL, { anchors, pinned }: TlsTrust): RequestOptions {
  if (!pinned) return { agent: false, ...(anchors && { ca: anchors.map(pemOf) }) };
  const createConnection: NonNullable<RequestOptions["createConnection"]> = (_, created) => {
    connectPinned(url, pinned, IDLE_MS).then(
      (socket) => created(null, socket),
      (error) => created(error, new Socket()),
    );
    return undefined;
  };
  return { createConnection };
}

function pemOf(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
