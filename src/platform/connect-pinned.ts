import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { CodedError } from "../util/coded-error.ts";

/**
 * A TLS connection to the server with this very certificate (DER), whatever its name, dates and issuer. Rejects with
 * CodedError "CERTIFICATE_NOT_PINNED" before a byte of the request has gone out.
 */
export function connectPinned(url: URL, pinned: Uint8Array, idleMs: number): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = url.port === "" ? 443 : Number(url.port);
  // The comparison below takes the place of the path's validation.
  const socket = connect({ host, port, rejectUnauthorized: false, ...(isIP(host) === 0 && { servername: host }) });
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.once("error", fail);
    socket.setTimeout(idleMs, () => fail(new CodedError("DOWNLOAD_STALLED", `${url.host} does not answer in TLS`)));
    socket.once("secureConnect", () => {
      const { raw } = socket.getPeerCertificate();
      if (raw?.equals(pinned)) resolve(socket);
      else fail(new CodedError("CERTIFICATE_NOT_PINNED", `${url.host} has another certificate than trust.pinned`));
    });
  });
}
