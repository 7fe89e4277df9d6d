import { X509Certificate } from "node:crypto";
import type { Admission } from "./registration-interface.ts";

/** The endpoint name must be the common name of the device's certificate: OMA LwM2M leaves it to servers, Leshan asks for it. */
export const commonNameAdmission: Admission = (endpoint, { session }) => {
  const [certificate] = session?.peerChain ?? [];
  if (!certificate) return "no certificate";
  const names = new X509Certificate(certificate).subject.split("\n");
  return names.includes(`CN=${endpoint}`) ? undefined : "the certificate is for another endpoint name";
};
