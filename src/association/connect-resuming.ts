import type { RequestHandler } from "../coap/exchange.ts";
import { DtlsError } from "../dtls/dtls-error.ts";
import { CodedError, describeError } from "../util/coded-error.ts";
import { AssociationError, type FailedAddress } from "./association-error.ts";
import type { CoapAssociation } from "./coap-association.ts";
import { connectDtls, type DtlsTarget, serverNameOf } from "./connect-dtls.ts";
import type { ConnectPorts } from "./connect-ports.ts";
import { credentialFingerprint } from "./credential-fingerprint.ts";
import { bindingOf } from "./kept-session.ts";
import type { SessionKeeper } from "./session-keeper.ts";

/**
 * As `connectDtls`, with the session of an earlier association where the keeper has one that is still good: then nothing
 * is signed, and `session.resumed` is true. When that comes to nothing it is tried once more without. The session of the
 * new association is kept, and dropped when its DTLS ends with an error (RFC 5246 §7.2.2).
 */
export async function connectResuming(
  target: DtlsTarget,
  keeper: SessionKeeper,
  handle: RequestHandler,
  ports: ConnectPorts,
  signal: AbortSignal,
): Promise<CoapAssociation> {
  const { credential, verifier } = target.parties;
  const { host, port } = target.uri;
  const fingerprint = await credentialFingerprint(credential, signal);
  const binding = bindingOf(`${host} ${port}`, serverNameOf(target), fingerprint);
  const resume = await keeper.find(binding, verifier, signal);
  const connect = (to: DtlsTarget) => connectDtls(to, handle, ports, signal);
  const association = resume
    ? await connect({ ...target, resume }).catch(async (error: unknown) => {
        await giveUpSession(error, keeper, signal);
        return connect(target);
      })
    : await connect(target);
  if (association.session) await keeper.keep(binding, association.session);
  association.onClosed((error) => {
    if (error instanceof DtlsError) void keeper.drop(`it ended with an error: ${describeError(error)}`);
  });
  return association;
}

/** Throws the error where another attempt without the session cannot do better. */
async function giveUpSession(error: unknown, keeper: SessionKeeper, signal: AbortSignal): Promise<void> {
  if (signal.aborted || !(error instanceof AssociationError)) throw error;
  // Nobody answered: that says nothing about the session. If there is no answer without it either, it stays for later.
  if (error.failed.every(isOfTheNetwork)) return;
  await keeper.drop(`the handshake that offered it failed: ${error.message}`);
  // The server went on to a full handshake, and our own side ended that.
  if (error.code !== "SERVER_UNREACHABLE") throw error;
}

function isOfTheNetwork({ error }: FailedAddress): boolean {
  if (error instanceof DtlsError) return error.code === "HANDSHAKE_TIMEOUT";
  return error instanceof CodedError && error.code === "PATH_UNAVAILABLE";
}
