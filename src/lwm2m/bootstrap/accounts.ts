import { type Configuration, type InstanceContent, noInstances } from "./configuration.ts";
import { booleanOf, numberOf, textOf } from "./content-values.ts";
import { readSecurity, type SecuritySettings } from "./security-settings.ts";

export const SECURITY_OBJECT = 0;
export const SERVER_OBJECT = 1;
export const ACCESS_CONTROL_OBJECT = 2;
export const DEVICE_OBJECT = 3;
export const OSCORE_OBJECT = 21;

/** Resource ids of the Server object (/1) that bootstrap looks at. */
export const ServerResource = {
  shortServerId: 0,
  lifetime: 1,
  notificationStoring: 6,
  binding: 7,
  lastBootstrapped: 12,
  bootstrapOnRegistrationFailure: 16,
} as const;

/** A server account: one Security instance and the Server instance with the same Short Server ID. */
export interface ServerAccountSettings {
  readonly shortServerId: number;
  readonly security: SecuritySettings;
  /** Id of the Server instance. */
  readonly serverInstance: number;
  /** Every resource of the Server instance. */
  readonly server: InstanceContent;
  /** Seconds; 0 never ends. */
  readonly lifetime: number;
  readonly binding: string;
  /** /1/x/16; true when absent. */
  readonly bootstrapOnRegistrationFailure: boolean;
}

/** Every account of a configuration: an immutable snapshot. */
export interface Accounts {
  readonly bootstrap?: SecuritySettings;
  /** Ascending by Short Server ID. */
  readonly servers: readonly ServerAccountSettings[];
}

/** The accounts that are whole; what is not is left out, and `findInconsistencies` says why. */
export function readAccounts(configuration: Configuration): Accounts {
  const securities = securitiesOf(configuration);
  const bootstrap = securities.find((security) => security.bootstrap);
  const servers = securities.flatMap((security) => account(security, configuration) ?? []);
  return {
    ...(bootstrap && { bootstrap }),
    servers: servers.sort((a, b) => a.shortServerId - b.shortServerId),
  };
}

/** Every readable Security instance, ascending by id. */
export function securitiesOf(configuration: Configuration): SecuritySettings[] {
  const instances = configuration.get(SECURITY_OBJECT) ?? noInstances;
  return [...instances].sort(([a], [b]) => a - b).flatMap(([id, content]) => readSecurity(id, content) ?? []);
}

function account(security: SecuritySettings, configuration: Configuration): ServerAccountSettings | undefined {
  const { shortServerId, bootstrap } = security;
  if (bootstrap || shortServerId === undefined) return undefined;
  const instances = configuration.get(SERVER_OBJECT) ?? noInstances;
  const found = [...instances].find(([, server]) => numberOf(server, ServerResource.shortServerId) === shortServerId);
  if (!found) return undefined;
  const [serverInstance, server] = found;
  const lifetime = numberOf(server, ServerResource.lifetime);
  const binding = textOf(server, ServerResource.binding);
  if (lifetime === undefined || binding === undefined) return undefined;
  const bootstrapOnRegistrationFailure = booleanOf(server, ServerResource.bootstrapOnRegistrationFailure) ?? true;
  return { shortServerId, security, serverInstance, server, lifetime, binding, bootstrapOnRegistrationFailure };
}
