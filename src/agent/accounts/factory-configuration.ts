import { booleanValue, integerValue, stringValue, unsignedValue, type Value } from "../../formats/values.ts";
import { SECURITY_OBJECT, SERVER_OBJECT, ServerResource } from "../../lwm2m/bootstrap/accounts.ts";
import type { Configuration, InstanceContent } from "../../lwm2m/bootstrap/configuration.ts";
import { SecurityResource } from "../../lwm2m/bootstrap/security-settings.ts";
import type { ObjectDefinition } from "../../lwm2m/model/object-definition.ts";
import type { ObjectRegistry } from "../../lwm2m/model/object-registry.ts";
import { type AgentConfig, type BootstrapConfig, type ServerConfig, serversOf } from "../config/config-schema.ts";
import { modeOfCredential } from "./account-security.ts";

/**
 * The accounts of the configuration as objects 0 and 1: what a device is made with. Keys are not in it: the Security
 * instances are empty where the configuration names a credential. Undefined when there is no account.
 */
export function factoryConfiguration(config: AgentConfig, definitions: ObjectRegistry): Configuration | undefined {
  const servers = serversOf(config);
  const { bootstrap, credentials } = config;
  if (servers.length === 0 && !bootstrap) return undefined;
  const security = definitions.get(SECURITY_OBJECT);
  const server = definitions.get(SERVER_OBJECT);
  const accounts = [
    ...(bootstrap ? [bootstrapSecurity(bootstrap, credentials.default)] : []),
    ...servers.map((each) => serverSecurity(each, credentials.default)),
  ];
  return new Map([
    [SECURITY_OBJECT, numbered(accounts.map((values) => instance(security, values)))],
    [SERVER_OBJECT, numbered(servers.map((each) => instance(server, serverValues(each))))],
  ]);
}

type Plain = string | number | boolean;
type PlainValues = readonly (readonly [id: number, value: Plain | undefined])[];

function bootstrapSecurity(config: BootstrapConfig, fallback: string | undefined): PlainValues {
  return [
    ...commonSecurity(config, fallback),
    [SecurityResource.bootstrap, true],
    [SecurityResource.holdOff, config.holdOff],
    [SecurityResource.accountTimeout, config.accountTimeout],
  ];
}

function serverSecurity(config: ServerConfig, fallback: string | undefined): PlainValues {
  return [
    ...commonSecurity(config, fallback),
    [SecurityResource.bootstrap, false],
    [SecurityResource.shortServerId, config.shortServerId],
  ];
}

const modeNumbers = { psk: 0, x509: 2, nosec: 3, est: 4 } as const;
/** The trust store decides; without one nobody is trusted. */
const CA_CONSTRAINT = 0;

function commonSecurity({ uri, security }: Pick<ServerConfig, "uri" | "security">, fallback: string | undefined) {
  const credential = security?.credential ?? fallback;
  const isSecure = uri.toLowerCase().startsWith("coaps:");
  const mode = isSecure && credential !== undefined ? modeOfCredential(credential) : "nosec";
  return [
    [SecurityResource.uri, uri],
    [SecurityResource.mode, modeNumbers[mode]],
    [SecurityResource.sni, security?.sni],
    [SecurityResource.certificateUsage, mode === "x509" || mode === "est" ? CA_CONSTRAINT : undefined],
  ] as const;
}

function serverValues(config: ServerConfig): PlainValues {
  return [
    [ServerResource.shortServerId, config.shortServerId],
    [ServerResource.lifetime, config.lifetime],
    [2, config.defaultMinimumPeriod],
    [3, config.defaultMaximumPeriod],
    [6, true],
    [ServerResource.binding, config.binding],
    [13, config.registrationPriority],
    [14, config.initialRegistrationDelay],
    [15, config.registrationFailureBlock],
    [ServerResource.bootstrapOnRegistrationFailure, config.bootstrapOnRegistrationFailure],
    [17, config.retryCount],
    [18, config.retryTimer],
    [19, config.sequenceDelay],
    [20, config.sequenceCount],
    [23, config.muteSend],
  ];
}

/** Resources that this version of the object does not have are left out. */
function instance({ resources }: ObjectDefinition, values: PlainValues): InstanceContent {
  return new Map(
    values.flatMap(([id, value]): [number, Value][] => {
      const type = resources.get(id)?.type;
      return type === undefined || value === undefined ? [] : [[id, typed(value, type === "unsigned")]];
    }),
  );
}

function typed(value: Plain, unsigned: boolean): Value {
  if (typeof value === "string") return stringValue(value);
  if (typeof value === "boolean") return booleanValue(value);
  return unsigned ? unsignedValue(value) : integerValue(value);
}

function numbered(instances: readonly InstanceContent[]): ReadonlyMap<number, InstanceContent> {
  return new Map(instances.map((each, id) => [id, each]));
}
