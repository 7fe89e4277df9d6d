import { credentialScheme } from "../../credentials/adapters/credential-uri.ts";
import type { Credential } from "../../credentials/ports/credential.ts";
import type { SecurityMode, SecuritySettings } from "../../lwm2m/bootstrap/security-settings.ts";
import { type AgentConfig, type ServerConfig, serversOf, type TrustConfig } from "../config/config-schema.ts";

/** What secures one account's associations: its Security instance, and what the configuration adds to it. */
export interface AccountSecurity {
  readonly settings: SecuritySettings;
  /** A credential URI, for an account without keys of its own. */
  readonly credential?: string;
  /** What a server's certificate is judged by where the account names none, or a usage that builds on a trust store. */
  readonly trust?: TrustConfig;
  /** The server name to ask for, instead of the URI's host. */
  readonly serverName?: string;
  /** The configuration names this very account. */
  readonly configured: boolean;
  /** Of an account that uses the enrolled certificate: that; undefined while the one before is to be used. */
  openEnrolled?(signal: AbortSignal): Promise<Credential | undefined>;
  /** What the EST server gave to judge servers by; where there are some they go before `trust`. */
  readonly anchors?: readonly Uint8Array[];
}

type ConfiguredAccount = Pick<ServerConfig, "uri" | "security">;

/** An account of the configuration brings its own credential and trust; every other one has the defaults. */
export function accountSecurity(config: AgentConfig, settings: SecuritySettings): AccountSecurity {
  const own = configuredAccount(config, settings);
  const credential = firstCredential(own?.security?.credential, config.credentials.default);
  const trust = own?.security?.trust ?? config.trust;
  const serverName = settings.sni ?? own?.security?.sni;
  return {
    settings,
    configured: own !== undefined,
    ...(credential !== undefined && { credential }),
    ...(trust && { trust }),
    ...(serverName !== undefined && { serverName }),
  };
}

/** `enrolled:` opens nothing by itself: until there is a certificate an account has the one that came with the device. */
function firstCredential(own: string | undefined, fallback: string | undefined): string | undefined {
  return own === undefined || credentialScheme(own) === enrolledScheme ? fallback : own;
}

function configuredAccount(config: AgentConfig, settings: SecuritySettings): ConfiguredAccount | undefined {
  const { bootstrap, uri, shortServerId } = settings;
  if (bootstrap) return config.bootstrap?.uri === uri ? config.bootstrap : undefined;
  return serversOf(config).find((server) => server.uri === uri && server.shortServerId === shortServerId);
}

/** Whether an account is for the certificate that this device enrols for. */
export function isEnrolled({ enrolment }: AgentConfig, settings: SecuritySettings): boolean {
  if (!enrolment) return false;
  return settings.mode === "est" || (enrolment.keylessAccounts && isKeyless(settings));
}

/** Mode 2 as a bootstrap server writes it that expects the device to have keys (/0/x/3 and /0/x/5 empty). */
function isKeyless({ mode, bootstrap, secretKey, publicKeyOrIdentity }: SecuritySettings): boolean {
  return mode === "x509" && !bootstrap && !secretKey && !publicKeyOrIdentity;
}

/** The credential URI of an account that uses the enrolled certificate. */
const enrolledScheme = "enrolled";

/** The security mode that goes with a credential. Throws CredentialUriError. */
export function modeOfCredential(uri: string): SecurityMode & ("psk" | "x509" | "est") {
  const scheme = credentialScheme(uri);
  if (scheme === enrolledScheme) return "est";
  if (scheme !== "file") return "x509";
  const query = uri.slice(uri.indexOf("?") + 1);
  return /(^|&)identity(-file)?=/.test(query) ? "psk" : "x509";
}
