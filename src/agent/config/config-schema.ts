import { z } from "zod";
import { logLevel, seconds, section, serverUri, text, whole } from "./config-fields.ts";

/**
 * The agent's configuration. Every message is the expectation in words ("a whole number of seconds from 0 on"); whoever
 * shows it adds key, line and what came. Unknown keys are refused: a misspelt key must not pass for a default.
 */
export const configSchema = section({
  endpoint: text("the endpoint name that the server knows the device by, for example urn:imei:490154203237518"),
  server: section({
    uri: serverUri(),
    shortServerId: whole("a short server id from 1 to 65534", 1, 65534).default(1),
    lifetime: whole("a lifetime in whole seconds from 1 on", 1, 2 ** 31 - 1).default(86_400),
    binding: z.enum(["U"], { error: 'the binding "U" (UDP)' }).default("U"),
    defaultMinimumPeriod: seconds().optional(),
    defaultMaximumPeriod: seconds().optional(),
    security: security().optional(),
  }).superRefine(securityFitsUri),
  stateDirectory: text("the folder where the agent keeps what survives a restart").default("/var/lib/lwm2m-safe"),
  device: section({
    manufacturer: text("the maker's name").optional(),
    modelNumber: text("the model").optional(),
    serialNumber: text("the serial number").optional(),
    deviceType: text("the kind of device").optional(),
    hardwareVersion: text("the hardware's version").optional(),
    firmwareVersion: text("the firmware's version").optional(),
  }).prefault({}),
  hooks: section({
    reboot: text("a command line for /bin/sh, run when a server asks for a reboot").optional(),
  }).prefault({}),
  network: section({ localAddress: text("a local IPv4 or IPv6 address to send from").optional() }).prefault({}),
  log: section({ level: logLevel().default("info") }).prefault({}),
});

export type AgentConfig = DeepReadonly<z.output<typeof configSchema>>;
export type ServerConfig = AgentConfig["server"];
export type SecurityConfig = NonNullable<ServerConfig["security"]>;

type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

function security() {
  const trust = section({
    anchors: z
      .array(text("a certificate file (PEM or DER)"), { error: "a list of certificate files" })
      .min(1, { error: "at least one certificate file" })
      .optional(),
    pinned: text("the file of the server's own certificate").optional(),
    allowCommonName: z.boolean({ error: "true or false" }).default(false),
  }).refine(({ anchors, pinned }) => (anchors === undefined) !== (pinned === undefined), {
    error: "either anchors or pinned",
  });
  return section({
    credential: text("a credential URI: iotsafe:… or file:…"),
    trust: trust.optional(),
    sni: text("the server name to ask for and to check in the certificate").optional(),
  });
}

function securityFitsUri(server: { uri: string; security?: unknown }, context: z.RefinementCtx): void {
  const secure = server.uri.toLowerCase().startsWith("coaps:");
  if (secure && server.security === undefined) {
    context.addIssue({ code: "custom", path: ["security"], message: "security.credential, because the URI is coaps" });
  }
  if (!secure && server.security !== undefined) {
    const message = "no security section, because the URI is coap and sends everything in the clear";
    context.addIssue({ code: "custom", path: ["security"], message });
  }
}
