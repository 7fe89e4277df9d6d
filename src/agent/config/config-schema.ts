import { z } from "zod";
import { locationSection } from "../custom-objects/location-config.ts";
import { objectsSection } from "../custom-objects/objects-config.ts";
import { cardChannel, flag, logLevel, section, text, whole } from "./config-fields.ts";
import { endpointSection } from "./endpoint-section.ts";
import { enrolmentSection } from "./enrolment-section.ts";
import { networkSection } from "./network-section.ts";
import { firmwareSection, packagesSection, softwareSection } from "./packages-section.ts";
import { bootstrapSection, serverSection, trustSection } from "./server-section.ts";

/**
 * The agent's configuration. Every message is the expectation in words ("a whole number of seconds from 0 on"); whoever
 * shows it adds key, line and what came. Unknown keys are refused: a misspelt key must not pass for a default.
 */
export const configSchema = section({
  endpoint: endpointSection(),
  lwm2m: z.enum(["1.0", "1.1", "1.2"], { error: 'a version of LwM2M: "1.0", "1.1" or "1.2"' }).default("1.1"),
  profileId: text("the profile of what the device has, sent instead of its objects (LwM2M 1.2)").optional(),
  queueMode: section({
    awake: whole("whole seconds from 1 on that the device listens after each exchange", 1, 86_400).default(93),
    closeAssociation: flag("true: it sleeps without an association and resumes the session; or false").default(false),
  }).prefault({}),
  server: serverSection().optional(),
  servers: z.array(serverSection(), { error: "a list of servers" }).optional(),
  bootstrap: bootstrapSection().optional(),
  smartCard: section({ channel: cardChannel().default("pcsc") }).optional(),
  credentials: section({ default: text("a credential URI: iotsafe:… or file:…").optional() }).prefault({}),
  trust: trustSection().optional(),
  enrolment: enrolmentSection().optional(),
  stateDirectory: text("the folder where the agent keeps what survives a restart").default("/var/lib/lwm2m-safe"),
  device: section({
    manufacturer: text("the maker's name").optional(),
    modelNumber: text("the model").optional(),
    serialNumber: text("the serial number").optional(),
    deviceType: text("the kind of device").optional(),
    hardwareVersion: text("the hardware's version").optional(),
    firmwareVersion: text("the firmware's version").optional(),
    firmwareVersionFile: text("the path of a file that holds the firmware's version").optional(),
  }).prefault({}),
  hooks: section({
    reboot: text("a command line for /bin/sh, run when a server asks for a reboot").optional(),
  }).prefault({}),
  objects: objectsSection().optional(),
  location: locationSection().optional(),
  control: section({
    socket: text("the path of the Unix socket for console, status and events").optional(),
    enabled: z.boolean({ error: "true or false" }).default(true),
  }).prefault({}),
  packages: packagesSection().prefault({}),
  firmware: firmwareSection().optional(),
  software: softwareSection().optional(),
  network: networkSection().prefault({}),
  log: section({ level: logLevel().default("info") }).prefault({}),
})
  .superRefine(hasAnAccount)
  .superRefine(hasCredentials);

export type AgentConfig = DeepReadonly<z.output<typeof configSchema>>;
/** The endpoint name is known. */
export type NamedConfig = AgentConfig & { readonly endpoint: string };
export type EndpointSource = Exclude<AgentConfig["endpoint"], string>;
export type ServerConfig = NonNullable<AgentConfig["server"]>;
export type BootstrapConfig = NonNullable<AgentConfig["bootstrap"]>;
export type EnrolmentConfig = NonNullable<AgentConfig["enrolment"]>;
export type TrustConfig = NonNullable<AgentConfig["trust"]>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** Every server of the configuration, however it is written. */
export function serversOf({ server, servers = [] }: AgentConfig): readonly ServerConfig[] {
  return server ? [server, ...servers] : servers;
}

interface Account {
  readonly uri: string;
  readonly shortServerId?: number;
  readonly security?: { readonly credential?: string | undefined } | undefined;
}

/** What the checks across sections look at. */
interface Parsed {
  readonly server?: Account | undefined;
  readonly servers?: readonly Account[] | undefined;
  readonly bootstrap?: Account | undefined;
  readonly smartCard?: unknown;
  readonly credentials: { readonly default?: string | undefined };
}

function hasAnAccount(config: Parsed, context: z.RefinementCtx): void {
  const { server, servers = [], bootstrap, smartCard } = config;
  const all = server ? [server, ...servers] : servers;
  if (all.length === 0 && !bootstrap && !smartCard) {
    const message = "a server to register with, or bootstrap, or smartCard";
    context.addIssue({ code: "custom", path: ["server"], message });
  }
  servers.forEach(({ shortServerId }, index) => {
    const first = all.findIndex((each) => each.shortServerId === shortServerId);
    if (first === (server ? index + 1 : index)) return;
    const message = "a short server id that no other server has";
    context.addIssue({ code: "custom", path: ["servers", index, "shortServerId"], message });
  });
}

function hasCredentials({ server, servers = [], bootstrap, credentials }: Parsed, context: z.RefinementCtx): void {
  const accounts: readonly (readonly [path: readonly (string | number)[], account: Account | undefined])[] = [
    [["server"], server],
    ...servers.map((each, index) => [["servers", index], each] as const),
    [["bootstrap"], bootstrap],
  ];
  for (const [path, account] of accounts) {
    const isSecure = account?.uri.toLowerCase().startsWith("coaps:");
    if (!isSecure || account?.security?.credential || credentials.default) continue;
    const message = "security.credential or credentials.default, because the URI is coaps";
    context.addIssue({ code: "custom", path: [...path, "security"], message });
  }
}
