import { z } from "zod";
import { section, text, whole } from "./config-fields.ts";
import { trustSection } from "./server-section.ts";

const schemes = ["coap", "coaps", "http", "https"] as const;

/** How packages of firmware and software are fetched, and where they lie. */
export function packagesSection() {
  return section({
    folder: text("the folder for packages, a folder of the state directory when absent").optional(),
    maxBytes: whole("bytes from 1 on", 1, 2 ** 40).default(256 * 1024 * 1024),
    protocols: z
      .array(z.enum(schemes, { error: `one of ${schemes.join(", ")}` }), { error: "a list of protocols" })
      .default([...schemes]),
    attempts: whole("a number of attempts from 1 on", 1, 1000).default(8),
    credential: text("a credential URI: iotsafe:… or file:…, for package servers by coaps").optional(),
    trust: trustSection().optional(),
  });
}

/** Commands that make the Firmware Update object work; without this section the device does not have it. */
export function firmwareSection() {
  return section({
    install: text("a command line for /bin/sh that installs the package in $LWM2M_PACKAGE"),
    verify: text("a command line for /bin/sh that looks at the package in $LWM2M_PACKAGE").optional(),
    confirm: text("a command line for /bin/sh that ends with 0 when the new firmware runs").optional(),
    sha256: z
      .array(sha256(), { error: "a list of SHA-256 digests" })
      .min(1, { error: "at least one digest" })
      .optional(),
  });
}

/** Commands that make the Software Management object work; without this section the device does not have it. */
export function softwareSection() {
  return section({
    install: text("a command line for /bin/sh that installs the package in $LWM2M_PACKAGE"),
    uninstall: text("a command line for /bin/sh that takes $LWM2M_PACKAGE_NAME away"),
    activate: text("a command line for /bin/sh that activates $LWM2M_PACKAGE_NAME").optional(),
    deactivate: text("a command line for /bin/sh that deactivates $LWM2M_PACKAGE_NAME").optional(),
    verify: text("a command line for /bin/sh that looks at the package in $LWM2M_PACKAGE").optional(),
  });
}

function sha256() {
  const what = "a SHA-256 digest in 64 hexadecimal digits";
  return z.string({ error: what }).regex(/^[0-9a-f]{64}$/i, { error: what });
}
