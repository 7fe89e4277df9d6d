import { prf } from "../../crypto/prf.ts";
import { ByteReader, concatBytes } from "../../util/bytes.ts";
import { verifyDataBytes } from "./messages/finished.ts";

const masterSecretBytes = 48;
const keyBytes = 16;
const saltBytes = 4;

/** What the master secret is made of (RFC 5246 §8.1; RFC 7627 §4 when the session hash binds it to the handshake). */
export interface MasterSecretSeed {
  readonly label: "master secret" | "extended master secret";
  readonly seed: Uint8Array;
}

export interface Randoms {
  readonly clientRandom: Uint8Array;
  readonly serverRandom: Uint8Array;
}

/** `sessionHash`: the transcript up to and including ClientKeyExchange, when extended_master_secret was negotiated. */
export function masterSecretSeed(randoms: Randoms, sessionHash: Uint8Array | undefined): MasterSecretSeed {
  if (sessionHash) return { label: "extended master secret", seed: sessionHash };
  return { label: "master secret", seed: concatBytes([randoms.clientRandom, randoms.serverRandom]) };
}

/** The master secret of the suites whose pre-master secret we hold ourselves. */
export function masterSecret(preMasterSecret: Uint8Array, { label, seed }: MasterSecretSeed): Uint8Array {
  return prf(preMasterSecret, label, seed, masterSecretBytes);
}

/** AES-128 keys and AEAD salts of both directions. */
export interface KeyBlock {
  readonly clientKey: Uint8Array;
  readonly serverKey: Uint8Array;
  readonly clientSalt: Uint8Array;
  readonly serverSalt: Uint8Array;
}

/** RFC 5246 §6.3; AEAD suites have no MAC keys. */
export function keyBlock(master: Uint8Array, { clientRandom, serverRandom }: Randoms): KeyBlock {
  const seed = concatBytes([serverRandom, clientRandom]);
  const block = new ByteReader(prf(master, "key expansion", seed, 2 * (keyBytes + saltBytes)), "key block");
  const clientKey = block.bytes(keyBytes);
  const serverKey = block.bytes(keyBytes);
  const clientSalt = block.bytes(saltBytes);
  const serverSalt = block.bytes(saltBytes);
  return { clientKey, serverKey, clientSalt, serverSalt };
}

/** verify_data of Finished (RFC 5246 §7.4.9). */
export function verifyData(master: Uint8Array, sender: "client" | "server", transcriptHash: Uint8Array): Uint8Array {
  return prf(master, `${sender} finished`, transcriptHash, verifyDataBytes);
}
