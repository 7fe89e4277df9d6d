import type { DtlsPorts, Settings } from "./settings.ts";

/** A Connection ID to hand out, as long as the settings say; nothing when the extension is not used. */
export function ownConnectionId(
  { connectionIdLength }: Settings,
  { entropy }: DtlsPorts,
): { readonly connectionId?: Uint8Array } {
  return connectionIdLength === false ? {} : { connectionId: entropy.randomBytes(connectionIdLength) };
}
