import type { CredentialProvider } from "../../credentials/ports/credential.ts";
import type { FileReader } from "../../credentials/ports/file-reader.ts";
import type { Entropy } from "../../crypto/ports.ts";
import type { CommandPort } from "../../lwm2m/ports/command-port.ts";
import { parseCertificate } from "../../pki/certificate.ts";
import { commonNames } from "../../pki/distinguished-name.ts";
import { decodeUtf8 } from "../../util/bytes.ts";
import { CodedError, describeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import { RetrySchedule } from "../../util/retry-schedule.ts";
import type { Timers } from "../../util/time.ts";
import { type AgentConfig, type EndpointSource, serversOf } from "../config/config-schema.ts";

export interface EndpointNamePorts {
  readonly credentials: CredentialProvider;
  readonly files: FileReader;
  readonly commands: CommandPort;
  /** What the machine says of itself. */
  serialNumber(): string | undefined;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly logger: Logger;
}

const COMMAND_TIMEOUT_MS = 30_000;
const retry = { firstDelayMs: 2_000, maxDelayMs: 60_000, jitter: 0.2 };

/** Where it cannot be had now, as while the card is away, it is tried again without end: never rejects. */
export async function findEndpointName(
  config: AgentConfig,
  source: EndpointSource,
  ports: EndpointNamePorts,
): Promise<string> {
  const { timers, logger, entropy } = ports;
  const schedule = new RetrySchedule(retry, entropy);
  for (;;) {
    try {
      return await readEndpointName(config, source, ports);
    } catch (error) {
      const retryInMs = schedule.next();
      logger.warn("the endpoint name is not known yet", { from: source.from, reason: describeError(error), retryInMs });
      await new Promise<void>((resolve) => timers.schedule(retryInMs, resolve));
    }
  }
}

async function readEndpointName(
  config: AgentConfig,
  source: EndpointSource,
  ports: EndpointNamePorts,
): Promise<string> {
  const { from, prefix = from === "imei" ? "urn:imei:" : "" } = source;
  const name = from === "certificate" ? await commonName(config, ports) : await number(source, ports);
  return `${prefix}${name}`;
}

/** Of the certificate that the device proves itself with (OMA LwM2M Transport 1.2 §5.2.9.7). */
async function commonName(config: AgentConfig, { credentials }: EndpointNamePorts): Promise<string> {
  const accounts = [...serversOf(config), ...(config.bootstrap ? [config.bootstrap] : [])];
  const uri = config.credentials.default ?? accounts.find(({ security }) => security?.credential)?.security?.credential;
  if (uri === undefined) throw unknown("a certificate, and no account has a credential");
  const { signal } = new AbortController();
  const credential = await credentials.open(uri, signal);
  if (credential.kind !== "certificate") throw unknown("a certificate, and the credential is a pre-shared key");
  const [leaf] = await credential.certificates.chain(signal);
  const [name] = leaf ? commonNames(parseCertificate(leaf).subject) : [];
  return name ?? fail(unknown("a certificate with a common name, and it has none"));
}

async function number({ from, file, command }: EndpointSource, ports: EndpointNamePorts) {
  const told = file === undefined && command === undefined ? ports.serialNumber() : await output(file, command, ports);
  const text = told?.trim() ?? "";
  if (from === "imei" && !/^\d{15}$/.test(text))
    throw unknown(`an IMEI of 15 digits, and ${JSON.stringify(text)} came`);
  if (!/^[\x21-\x7e]+$/.test(text)) throw unknown("a serial number, and there is none; see device.serialNumber");
  return text;
}

async function output(
  file: string | undefined,
  command: readonly string[] | undefined,
  { files, commands }: EndpointNamePorts,
): Promise<string> {
  const bytes = command
    ? await commands.run({ command, environment: {}, timeoutMs: COMMAND_TIMEOUT_MS })
    : await files.read(file ?? "");
  return decodeUtf8(bytes, "endpoint name");
}

function unknown(expected: string): CodedError {
  return new CodedError("NO_ENDPOINT_NAME", `the endpoint name comes from ${expected}`);
}

function fail(error: CodedError): never {
  throw error;
}
