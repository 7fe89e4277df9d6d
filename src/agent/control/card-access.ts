import type { IotSafeProvider } from "../../credentials/adapters/iotsafe/iotsafe-provider.ts";
import type { CardObject } from "../../credentials/adapters/iotsafe/object-list.ts";
import { SignatureScheme } from "../../crypto/signature-scheme.ts";
import { toHex } from "../../util/bytes.ts";

/** What the `card` commands print. */
export interface CardFacts {
  readonly aid: string;
  readonly appletId?: string;
  readonly application: Readonly<Record<string, unknown>>;
  readonly objects: readonly (Omit<CardObject, "id"> & { readonly id?: string })[];
}

export interface CardSignature {
  readonly scheme: string;
  readonly signature: string;
  readonly publicKey: string;
}

/** The card's applet for people. All rejects as the provider's operations do. */
export interface CardAccess {
  info(uri: string): Promise<CardFacts>;
  /** Hexadecimal. */
  random(uri: string, length: number): Promise<string>;
  sign(uri: string, message: Uint8Array): Promise<CardSignature>;
}

const use = { priority: "cli" } as const;

/** Asks the card that the provider has; handshakes go first. */
export function cardAccess(provider: () => Promise<IotSafeProvider>): CardAccess {
  return {
    async info(uri) {
      const applet = (await provider()).applet(uri);
      const { aid, uniqueAppletId, ...application } = await applet.applicationInformation(use);
      const objects = (await applet.objects(use)).map(({ id, ...object }) => ({
        ...object,
        ...(id && { id: toHex(id) }),
      }));
      return { aid: toHex(aid), ...(uniqueAppletId && { appletId: toHex(uniqueAppletId) }), application, objects };
    },

    async random(uri, length) {
      return toHex(await (await provider()).applet(uri).random(length, use));
    },

    async sign(uri, message) {
      const { signal } = new AbortController();
      const { signer } = await (await provider()).open(uri, signal);
      const signature = toHex(await signer.sign(message, SignatureScheme.ecdsa_secp256r1_sha256, signal));
      return { scheme: "ecdsa_secp256r1_sha256", signature, publicKey: toHex(signer.publicKey) };
    },
  };
}
