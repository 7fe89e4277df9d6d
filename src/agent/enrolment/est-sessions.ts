import type { Association } from "../../association/association.ts";
import { parseServerUri } from "../../association/server-uri.ts";
import { enrolledCredential } from "../../credentials/adapters/enrolled-credential.ts";
import type { KeySlots } from "../../credentials/ports/key-slots.ts";
import { channelBindingChallenge } from "../../est/channel-binding.ts";
import type { EstConnector, EstIdentity, EstSession } from "../../est/enrolment/enrolment-ports.ts";
import type { IdentityKind } from "../../est/enrolment/enrolment-record.ts";
import { EstClient, type EstClientOptions } from "../../est/est-client.ts";
import type { Logger } from "../../util/log.ts";
import type { Timers } from "../../util/time.ts";
import type { AccountSecurity } from "../accounts/account-security.ts";
import type { EnrolmentConfig } from "../config/config-schema.ts";

export interface EstSessionsPorts {
  /** The EST server as an account whose credential is the one that came with the device. Rejects when there is none. */
  serverAccount(): Promise<AccountSecurity>;
  connect(account: AccountSecurity, signal: AbortSignal): Promise<Association>;
  readonly slots: KeySlots;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** An association with the bootstrap server that somebody else opened and will close. */
export interface LentAssociation {
  readonly association: Association;
  readonly identity: IdentityKind;
}

/** Sessions with the EST server: over the association of a bootstrap where there is one that fits, else of their own. */
export class EstSessions implements EstConnector {
  readonly #config: EnrolmentConfig["est"];
  readonly #ports: EstSessionsPorts;
  #lent: LentAssociation | undefined;

  constructor(config: EnrolmentConfig["est"], ports: EstSessionsPorts) {
    this.#config = config;
    this.#ports = ports;
  }

  /** EST may use this one until the returned function is called. */
  lend(lent: LentAssociation): () => void {
    const giveBack = (): void => {
      if (this.#lent === lent) this.#lent = undefined;
    };
    this.#lent = lent;
    lent.association.onClosed(giveBack);
    return giveBack;
  }

  async open(identity: EstIdentity, root: readonly string[] | undefined, signal: AbortSignal): Promise<EstSession> {
    const account = await this.#ports.serverAccount();
    const lent = this.#borrowed(identity.kind);
    if (lent) return this.#session(lent, account, root, async () => {});
    const association = await this.#ports.connect(await this.#as(identity, account, signal), signal);
    try {
      return this.#session(association, account, root, () => association.close());
    } catch (error) {
      await association.close();
      throw error;
    }
  }

  /** An EST server of its own is not the bootstrap server. */
  #borrowed(identity: IdentityKind): Association | undefined {
    if (this.#config.uri !== undefined || this.#lent?.identity !== identity) return undefined;
    return this.#lent.association;
  }

  async #as(identity: EstIdentity, account: AccountSecurity, signal: AbortSignal): Promise<AccountSecurity> {
    if (identity.kind === "bootstrap") return account;
    const credential = await enrolledCredential(this.#ports.slots, identity.slot, identity.chain, signal);
    return { ...account, openEnrolled: async () => credential };
  }

  #session(
    association: Association,
    account: AccountSecurity,
    root: readonly string[] | undefined,
    close: () => Promise<void>,
  ): EstSession {
    const { timers, logger } = this.#ports;
    const { session } = association;
    const service = new EstClient(association, this.#clientOptions(root), { timers, logger });
    const name = account.serverName ?? parseServerUri(account.settings.uri).host;
    return {
      service,
      peerChain: session?.peerChain ?? [],
      ...(this.#config.checkServer && { serverName: name }),
      ...(session && { challenge: channelBindingChallenge(session) }),
      close,
    };
  }

  #clientOptions(remembered: readonly string[] | undefined): EstClientOptions {
    const { root, allowPreSharedKey } = this.#config;
    const configured = root?.split("/").filter((segment) => segment !== "");
    return {
      allowPreSharedKey,
      ...(configured && { root: configured }),
      ...(remembered && { rememberedRoot: remembered }),
    };
  }
}
