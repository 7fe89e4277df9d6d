import type { EnrolmentOptions } from "../../est/enrolment/enrolment-options.ts";
import type { DecisionPolicy } from "../../est/enrolment/renewal-decision.ts";
import type { AlternativeName, RequestProfile } from "../../pki/requested-content.ts";
import { fromHex } from "../../util/bytes.ts";
import type { EnrolmentConfig } from "../config/config-schema.ts";

/** The configuration's words as the enrolment takes them; seconds become milliseconds. */
export function enrolmentOptions(config: EnrolmentConfig, endpoint: string): EnrolmentOptions {
  const { caCertificates, otherNames, minimumLife, clockSkew, retry, est } = config;
  return {
    profile: requestProfile(config, endpoint),
    caCertificates,
    channelBinding: est.channelBinding,
    issued: { minimumLifeMs: minimumLife * 1000, otherNames },
    skewMs: clockSkew * 1000,
    failures: { ...retryDelays(config), maxFailures: retry.failures },
  };
}

export function renewalPolicy(config: EnrolmentConfig): DecisionPolicy {
  const { nominalUsage, longestMargin, jitter, floor, keepKey } = config.renewal;
  const margins = { maxMarginMs: longestMargin * 1000, floorMs: floor * 1000 };
  return { nominalUsage, jitter, keepKey, ...margins, ...retryDelays(config) };
}

function retryDelays({ retry }: EnrolmentConfig) {
  return { firstRetryMs: retry.firstDelay * 1000, maxRetryMs: retry.longestDelay * 1000 };
}

/** Servers compare the common name with the endpoint name (OMA LwM2M Transport 1.2 §5.2.9.7). */
function requestProfile(config: EnrolmentConfig, endpoint: string): RequestProfile {
  const { subject, keyUsage, extendedKeyUsage } = config;
  return {
    commonName: subject.commonName ?? endpoint,
    ...(subject.serialNumber !== undefined && { serialNumber: subject.serialNumber }),
    alternativeNames: alternativeNames(config, endpoint),
    keyUsage,
    extendedKeyUsage,
  };
}

/** An endpoint name that is a URN is one of the device's names (IEEE 802.1AR §8.10.4 wants one there). */
function alternativeNames({ alternativeNames: given }: EnrolmentConfig, endpoint: string): readonly AlternativeName[] {
  if (!given) return /^urn:/i.test(endpoint) ? [{ kind: "uri", uri: endpoint }] : [];
  return given.map((name) => {
    if ("uri" in name) return { kind: "uri", uri: name.uri };
    if ("dns" in name) return { kind: "dns", name: name.dns };
    const { type, serialNumber } = name.hardwareModule;
    return { kind: "hardwareModule", type, serialNumber: fromHex(serialNumber) };
  });
}
