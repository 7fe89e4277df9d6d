import { z } from "zod";
import { section, text } from "./config-fields.ts";

/** The endpoint name itself, or where it comes from. */
export function endpointSection() {
  const error =
    "the endpoint name that the server knows the device by, for example urn:imei:490154203237518; or from: certificate, imei or serial";
  return z.union([text(error), endpointSource()], { error });
}

function endpointSource() {
  return section({
    from: z.enum(["certificate", "imei", "serial"]),
    file: text("a file that holds it").optional(),
    command: z.array(text("a program and its arguments")).min(1).optional(),
    prefix: z.string().optional(),
  }).refine(hasItsSource, {
    error: "from: certificate alone, imei with file or command, or serial with one of them or none",
  });
}

/** An IMEI has to come from somewhere, a serial number may; a common name is in the certificate. */
function hasItsSource({ from, file, command }: { from: string; file?: unknown; command?: unknown }): boolean {
  const sources = [file, command].filter((each) => each !== undefined).length;
  if (from === "certificate") return sources === 0;
  return from === "imei" ? sources === 1 : sources <= 1;
}
