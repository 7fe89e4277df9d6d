import type { Association } from "../../association/association.ts";
import { enrolledCredential } from "../../credentials/adapters/enrolled-credential.ts";
import type { KeySlots } from "../../credentials/ports/key-slots.ts";
import type { CredentialProver } from "../../est/enrolment/enrolment-ports.ts";
import type { Logger } from "../../util/log.ts";
import type { AccountSecurity } from "../accounts/account-security.ts";

export interface HandshakeProverPorts {
  /** The server that the credential is for; undefined while there is none, as before a bootstrap. */
  server(): Promise<AccountSecurity | undefined>;
  connect(account: AccountSecurity, signal: AbortSignal): Promise<Association>;
  readonly slots: KeySlots;
  readonly logger: Logger;
}

/** Tries a new credential in a handshake with the management server. */
export class HandshakeProver implements CredentialProver {
  readonly #ports: HandshakeProverPorts;

  constructor(ports: HandshakeProverPorts) {
    this.#ports = ports;
  }

  async prove(slot: number, chain: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    const { server, connect, slots, logger } = this.#ports;
    const account = await server();
    if (!account) {
      logger.info("the new certificate is not tried yet: no server account is there to try it with", { slot });
      return;
    }
    const credential = await enrolledCredential(slots, slot, chain, signal);
    const association = await connect({ ...account, openEnrolled: async () => credential }, signal);
    await association.close();
  }
}
