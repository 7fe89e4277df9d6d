import type { Accounts } from "../../lwm2m/bootstrap/accounts.ts";
import type { SecuritySettings } from "../../lwm2m/bootstrap/security-settings.ts";
import { CodedError } from "../../util/coded-error.ts";
import { type AccountSecurity, accountSecurity } from "../accounts/account-security.ts";
import type { AgentConfig } from "../config/config-schema.ts";

/**
 * The EST server as an account: the one that the configuration names, or the bootstrap server (OMA LwM2M Transport 1.2
 * §5.2.9.7). Its credential is the one that came with the device. Throws CodedError "NO_EST_SERVER".
 */
export function estServerAccount(config: AgentConfig, { bootstrap }: Accounts): AccountSecurity {
  const est = config.enrolment?.est;
  if (est?.uri !== undefined) {
    const { uri, sni } = est;
    const credential = est.credential ?? config.credentials.default ?? config.bootstrap?.security?.credential;
    const trust = est.trust ?? config.trust;
    return {
      settings: { ...certificateAccount, uri },
      configured: true,
      ...(credential !== undefined && { credential }),
      ...(trust && { trust }),
      ...(sni !== undefined && { serverName: sni }),
    };
  }
  if (bootstrap) return accountSecurity(config, bootstrap);
  throw new CodedError("NO_EST_SERVER", "there is no bootstrap account, and enrolment.est.uri names no EST server");
}

const certificateAccount: Omit<SecuritySettings, "uri"> = {
  instance: 0,
  bootstrap: true,
  mode: "x509",
  holdOffSeconds: 0,
  matchingType: 0,
  certificateUsage: 0,
  cipherSuites: [],
  groups: [],
  secondaryUris: [],
  oscore: false,
};
