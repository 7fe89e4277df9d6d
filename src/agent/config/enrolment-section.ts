import { z } from "zod";
import { seconds, section, serverUri, text, whole } from "./config-fields.ts";
import { trustSection } from "./server-section.ts";

/** Certificates by EST (RFC 9148): whose key, what they say, where they come from and when they are renewed. */
export function enrolmentSection() {
  return section({
    keys: z.union([z.literal("software"), slotUris()], { error: slotsWanted }),
    subject: section({
      commonName: text("the certificate's common name; the endpoint name when absent").optional(),
      serialNumber: text("the device's serial number").optional(),
    }).prefault({}),
    alternativeNames: z.array(alternativeName(), { error: "a list of names" }).optional(),
    keyUsage: z.array(keyUsage(), { error: "a list of key usages" }).default(["digitalSignature"]),
    extendedKeyUsage: z.array(oid(), { error: "a list of OIDs" }).default(["1.3.6.1.5.5.7.3.2"]),
    est: estSection().prefault({}),
    order: z
      .enum(["after-bootstrap", "before-bootstrap"], { error: "after-bootstrap or before-bootstrap" })
      .default("after-bootstrap"),
    keylessAccounts: z.boolean({ error: "true or false" }).default(false),
    caCertificates: z.enum(["use", "ignore"], { error: "use or ignore" }).default("use"),
    otherNames: z.enum(["warn", "refuse"], { error: "warn or refuse" }).default("warn"),
    minimumLife: seconds().default(3600),
    clockSkew: seconds().default(300),
    renewal: renewalSection().prefault({}),
    retry: section({
      firstDelay: whole("whole seconds from 1 on", 1, 86_400).default(60),
      longestDelay: whole("whole seconds from 1 on", 1, 30 * 86_400).default(86_400),
      failures: whole("a whole number from 1 on", 1, 1000).default(20),
    }).prefault({}),
  });
}

const slotsWanted = "software, or a list of one or two iotsafe: URIs, each with the key of one slot";

function slotUris() {
  return z
    .array(z.string().regex(/^iotsafe:/i, { error: slotsWanted }), { error: slotsWanted })
    .min(1)
    .max(8);
}

function estSection() {
  return section({
    uri: serverUri().optional(),
    root: text("the path of the EST functions, for example /.well-known/est").optional(),
    credential: text("a credential URI: iotsafe:… or file:…").optional(),
    trust: trustSection().optional(),
    sni: text("the server name to ask for and to check in the certificate").optional(),
    allowPreSharedKey: z.boolean({ error: "true or false" }).default(false),
    channelBinding: z
      .enum(["when-asked", "always", "never"], { error: "when-asked, always or never" })
      .default("when-asked"),
    checkServer: z.boolean({ error: "true or false" }).default(true),
  });
}

function renewalSection() {
  const part = (what: string) => z.number({ error: what }).gt(0, { error: what }).lte(1, { error: what });
  return section({
    nominalUsage: part("a part of a certificate's life, above 0 and up to 1").default(0.9),
    longestMargin: seconds().default(30 * 86_400),
    jitter: z.number({ error: "from 0 to 1" }).min(0).max(1).default(0.1),
    floor: seconds().default(600),
    keepKey: z.boolean({ error: "true or false" }).default(false),
  });
}

function alternativeName() {
  const forms = "one of uri, dns or hardwareModule";
  return z.union(
    [
      section({ uri: text("a URI") }),
      section({ dns: text("a DNS name") }),
      section({
        hardwareModule: section({
          type: oid(),
          serialNumber: z.string().regex(/^([0-9A-Fa-f]{2})+$/, { error: "bytes in hexadecimal" }),
        }),
      }),
    ],
    { error: forms },
  );
}

function keyUsage() {
  const names = ["digitalSignature", "keyEncipherment", "keyAgreement"] as const;
  return z.enum(names, { error: `one of ${names.join(", ")}` });
}

function oid() {
  const what = "an object identifier like 1.3.6.1.5.5.7.3.2";
  return z.string({ error: what }).regex(/^[0-2](\.(0|[1-9]\d{0,14}))+$/, { error: what });
}
