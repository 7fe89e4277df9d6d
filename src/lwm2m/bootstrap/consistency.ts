import { parseServerUri } from "../../association/server-uri.ts";
import { describeError } from "../../util/coded-error.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import { ACCESS_CONTROL_OBJECT, SECURITY_OBJECT, SERVER_OBJECT, ServerResource } from "./accounts.ts";
import { type Configuration, type InstanceContent, noInstances, type ObjectContent } from "./configuration.ts";
import { booleanOf, numberOf, textOf } from "./content-values.ts";
import { credentialProblems, type OwnCredentials } from "./credential-check.ts";
import { readSecurity, type SecurityMode, SecurityResource, securityModes } from "./security-settings.ts";

/** What this device can do: a configuration beyond it is not usable. */
export interface ConsistencyPolicy extends OwnCredentials {
  readonly modes: ReadonlySet<SecurityMode>;
  /** Letters of the transports that there are, for example "U". */
  readonly transports: string;
  definition(objectId: number): ObjectDefinition | undefined;
}

/** "server-account": at least one server to register with; "any-account": a bootstrap account alone is enough. */
export type Sufficiency = "server-account" | "any-account";

/**
 * Everything that makes a configuration unusable, in words, each with its path; empty when all is well. What
 * Bootstrap-Finish has to check (OMA LwM2M Core 1.2 §6.1.6, §6.1.7.6). Never a key in a text.
 */
export function findInconsistencies(
  configuration: Configuration,
  policy: ConsistencyPolicy,
  sufficiency: Sufficiency = "server-account",
): string[] {
  const securities = configuration.get(SECURITY_OBJECT) ?? noInstances;
  const servers = configuration.get(SERVER_OBJECT) ?? noInstances;
  return [
    ...sufficiencyProblems(securities, sufficiency),
    ...[...securities].flatMap(([id, content]) => at(SECURITY_OBJECT, id, securityProblems(id, content, policy))),
    ...[...servers].flatMap(([id, content]) => at(SERVER_OBJECT, id, serverProblems(content, policy))),
    ...pairProblems(securities, servers),
    ...missingResources(configuration, ACCESS_CONTROL_OBJECT, policy),
  ];
}

function at(objectId: number, instanceId: number, problems: readonly string[]): string[] {
  return problems.map((problem) => `/${objectId}/${instanceId}: ${problem}`);
}

function sufficiencyProblems(securities: ObjectContent, sufficiency: Sufficiency): string[] {
  const bootstraps = [...securities].filter(([, content]) => isBootstrap(content)).map(([id]) => `/0/${id}`);
  const isEmpty = sufficiency === "server-account" ? securities.size === bootstraps.length : securities.size === 0;
  return [
    ...(bootstraps.length > 1 ? [`/0: ${bootstraps.length} bootstrap accounts (${bootstraps.join(", ")})`] : []),
    ...(isEmpty ? [sufficiency === "server-account" ? "/0: no server account" : "/0: no account"] : []),
  ];
}

function securityProblems(id: number, content: InstanceContent, policy: ConsistencyPolicy): string[] {
  const security = readSecurity(id, content);
  if (!security) return unreadable(content);
  const { mode, uri, secondaryUris, bootstrap, shortServerId, oscore } = security;
  return [
    ...[uri, ...secondaryUris].flatMap((each) => uriProblems(each, mode)),
    ...(policy.modes.has(mode) ? credentialProblems(security, policy) : [unsupported(mode, policy)]),
    ...(oscore ? ["OSCORE (resource 17) is not supported"] : []),
    ...(bootstrap || isShortServerId(shortServerId)
      ? []
      : ["the Short Server ID (resource 10) is missing or not 1..65534"]),
  ];
}

function unsupported(mode: SecurityMode, { modes }: ConsistencyPolicy): string {
  const named = (each: SecurityMode): string => `${securityModes.indexOf(each)} (${each})`;
  const possible = securityModes.filter((each) => modes.has(each)).map(named);
  return `the security mode (resource 2) is ${named(mode)}, which is not supported here: expected ${possible.join(", ")}`;
}

function unreadable(content: InstanceContent): string[] {
  const { uri, bootstrap, mode } = SecurityResource;
  const needed = [
    [uri, "the server URI"],
    [bootstrap, "the Bootstrap-Server flag"],
    [mode, "the security mode"],
  ] as const;
  const missing = needed.filter(([id]) => !content.has(id)).map(([id, name]) => `${name} (resource ${id}) is missing`);
  return missing.length > 0 ? missing : ["the security mode (resource 2) is not one of 0..4"];
}

function uriProblems(uri: string, mode: SecurityMode): string[] {
  try {
    const { secure } = parseServerUri(uri);
    if (secure === (mode !== "nosec")) return [];
    return [`${secure ? "coaps" : "coap"} does not go with security mode ${mode}`];
  } catch (error) {
    return [describeError(error)];
  }
}

/** Seconds up to 2^32 keep every timer exact. */
const GREATEST_LIFETIME = 0xffff_ffff;

function serverProblems(content: InstanceContent, policy: ConsistencyPolicy): string[] {
  const lifetime = numberOf(content, ServerResource.lifetime);
  const binding = textOf(content, ServerResource.binding);
  const isLifetime = lifetime === undefined || (lifetime >= 0 && lifetime <= GREATEST_LIFETIME);
  return [
    ...missingIn(content, policy.definition(SERVER_OBJECT)),
    ...(isLifetime ? [] : [`lifetime ${lifetime} is not 0..${GREATEST_LIFETIME} seconds`]),
    ...(binding === undefined || isUsableBinding(binding, policy) ? [] : [`binding "${binding}" is not supported`]),
  ];
}

/** Transport letters of OMA LwM2M Core 1.2 §6.2.1.2, and the Q of 1.0; one that we have is enough. */
function isUsableBinding(binding: string, { transports }: ConsistencyPolicy): boolean {
  const isSet = new Set(binding).size === binding.length;
  return isSet && /^[UTSNMHQ]+$/.test(binding) && [...binding].some((letter) => transports.includes(letter));
}

/** Every Server instance has exactly one Security instance with its Short Server ID, and the other way round. */
function pairProblems(securities: ObjectContent, servers: ObjectContent): string[] {
  const accounts = [...securities].filter(([, content]) => !isBootstrap(content));
  const left = sides(SECURITY_OBJECT, accounts, SecurityResource.shortServerId);
  const right = sides(SERVER_OBJECT, [...servers], ServerResource.shortServerId);
  return [
    ...doubles(left),
    ...doubles(right),
    ...unpaired(left, right, "no Server instance (/1)"),
    ...unpaired(right, left, "no Security instance (/0)"),
  ];
}

function sides(objectId: number, instances: readonly [number, InstanceContent][], resource: number): Side[] {
  return instances.flatMap(([id, content]) => {
    const shortServerId = numberOf(content, resource);
    return shortServerId === undefined ? [] : [{ shortServerId, path: `/${objectId}/${id}` }];
  });
}

function isBootstrap(content: InstanceContent): boolean {
  return booleanOf(content, SecurityResource.bootstrap) === true;
}

interface Side {
  readonly shortServerId: number;
  readonly path: string;
}

function doubles(side: readonly Side[]): string[] {
  return side.flatMap(({ shortServerId, path }, index) => {
    const first = side.findIndex((other) => other.shortServerId === shortServerId);
    return first < index ? [`${path}: Short Server ID ${shortServerId} is also that of ${side[first]?.path}`] : [];
  });
}

function unpaired(side: readonly Side[], other: readonly Side[], missing: string): string[] {
  return side
    .filter(({ shortServerId }) => !other.some((each) => each.shortServerId === shortServerId))
    .map(({ shortServerId, path }) => `${path}: ${missing} has Short Server ID ${shortServerId}`);
}

function missingResources(configuration: Configuration, objectId: number, policy: ConsistencyPolicy): string[] {
  const definition = policy.definition(objectId);
  const instances = configuration.get(objectId) ?? noInstances;
  return [...instances].flatMap(([id, content]) => at(objectId, id, missingIn(content, definition)));
}

function missingIn(content: InstanceContent, definition: ObjectDefinition | undefined): string[] {
  const resources = [...(definition?.resources.values() ?? [])];
  return resources
    .filter(({ id, mandatory, type }) => mandatory && type !== undefined && !content.has(id))
    .map(({ id, name }) => `mandatory resource ${id} (${name}) is missing`);
}

function isShortServerId(id: number | undefined): boolean {
  return id !== undefined && id >= 1 && id <= 65534;
}
