import { z } from "zod";
import { seconds, section, serverUri, text, whole } from "./config-fields.ts";

/** One server account. */
export function serverSection() {
  return section({
    uri: serverUri(),
    shortServerId: whole("a short server id from 1 to 65534", 1, 65534).default(1),
    lifetime: whole("a lifetime in whole seconds from 1 on", 1, 2 ** 31 - 1).default(86_400),
    binding: z.enum(["U", "UQ"], { error: 'the binding "U" (UDP) or "UQ" (UDP in queue mode)' }).default("U"),
    defaultMinimumPeriod: seconds().optional(),
    defaultMaximumPeriod: seconds().optional(),
    muteSend: z.boolean({ error: "true or false" }).optional(),
    registrationPriority: whole("a whole number from 0 on", 0, 2 ** 31 - 1).optional(),
    initialRegistrationDelay: seconds().optional(),
    registrationFailureBlock: z.boolean({ error: "true or false" }).optional(),
    bootstrapOnRegistrationFailure: z.boolean({ error: "true or false" }).optional(),
    retryCount: whole("a whole number from 1 on", 1, 65_535).optional(),
    retryTimer: seconds().optional(),
    sequenceDelay: seconds().optional(),
    sequenceCount: whole("a whole number from 1 on", 1, 65_535).optional(),
    security: securitySection().optional(),
  }).superRefine(securityFitsUri);
}

/** The bootstrap account. */
export function bootstrapSection() {
  return section({
    uri: serverUri(),
    security: securitySection().optional(),
    holdOff: seconds().default(0),
    accountTimeout: seconds().default(0),
  }).superRefine(securityFitsUri);
}

export function trustSection() {
  return section({
    anchors: z
      .array(text("a certificate file (PEM or DER)"), { error: "a list of certificate files" })
      .min(1, { error: "at least one certificate file" })
      .optional(),
    pinned: text("the file of the server's own certificate").optional(),
    allowCommonName: z.boolean({ error: "true or false" }).default(false),
    revocation: revocationSection().optional(),
  })
    .refine(({ anchors, pinned }) => (anchors === undefined) !== (pinned === undefined), {
      error: "either anchors or pinned",
    })
    .refine(({ pinned, revocation }) => pinned === undefined || revocation === undefined, {
      error: "revocation beside anchors: a pinned certificate is compared, and asks no list",
    });
}

/** Lists are files that somebody brings: the device fetches none. */
function revocationSection() {
  return section({
    lists: z
      .array(text("a certificate revocation list (PEM or DER)"), { error: "a list of files" })
      .min(1, { error: "at least one file" }),
    missing: z
      .enum(["hard-fail", "soft-fail"], { error: "hard-fail or soft-fail, for what no valid list speaks of" })
      .default("hard-fail"),
  });
}

function securitySection() {
  return section({
    credential: text("a credential URI: iotsafe:… or file:…").optional(),
    trust: trustSection().optional(),
    sni: text("the server name to ask for and to check in the certificate").optional(),
  });
}

function securityFitsUri(server: { uri: string; security?: unknown }, context: z.RefinementCtx): void {
  const secure = server.uri.toLowerCase().startsWith("coaps:");
  if (!secure && server.security !== undefined) {
    const message = "no security section, because the URI is coap and sends everything in the clear";
    context.addIssue({ code: "custom", path: ["security"], message });
  }
}
