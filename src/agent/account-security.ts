import { credentialScheme } from "../credentials/adapters/credential-uri.ts";
import type { SecurityMode, SecuritySettings } from "../lwm2m/bootstrap/security-settings.ts";
import { type AgentConfig, type ServerConfig, serversOf, type TrustConfig } from "./config/config-schema.ts";

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
}

type ConfiguredAccount = Pick<ServerConfig, "uri" | "security">;

/** An account of the configuration brings its own credential and trust; every other one has the defaults. */
export function accountSecurity(config: AgentConfig, settings: SecuritySettings): AccountSecurity {
  const own = configuredAccount(config, settings);
  const credential = own?.security?.credential ?? config.credentials.default;
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

function configuredAccount(config: AgentConfig, settings: SecuritySettings): ConfiguredAccount | undefined {
  const { bootstrap, uri, shortServerId } = settings;
  if (bootstrap) return config.bootstrap?.uri === uri ? config.bootstrap : undefined;
  return serversOf(config).find((server) => server.uri === uri && server.shortServerId === shortServerId);
}

/** The security mode that goes with a credential: "psk" for a pre-shared key, else "x509". Throws CredentialUriError. */
export function modeOfCredential(uri: string): SecurityMode & ("psk" | "x509") {
  if (credentialScheme(uri) !== "file") return "x509";
  const query = uri.slice(uri.indexOf("?") + 1);
  return /(^|&)identity(-file)?=/.test(query) ? "psk" : "x509";
}
