// Our client as a process of its own: makes the handshakes asked for, one after the other, and says what its card did.
import { readFile } from "node:fs/promises";
import { DtlsTransport } from "../../../../src/association/dtls-transport.ts";
import { answerNeed, type HandshakeParties } from "../../../../src/association/need-answers.ts";
import { FileCredentialProvider } from "../../../../src/credentials/adapters/file/file-credential-provider.ts";
import { IotSafeProvider } from "../../../../src/credentials/adapters/iotsafe/iotsafe-provider.ts";
import type { Credential } from "../../../../src/credentials/ports/credential.ts";
import { nodeEntropy } from "../../../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../../../src/crypto/ephemeral-keys.ts";
import { parsePem } from "../../../../src/crypto/pem.ts";
import type { NamedGroup } from "../../../../src/crypto/ports.ts";
import { DtlsClient } from "../../../../src/dtls/client.ts";
import { PathValidator } from "../../../../src/pki/path-validator.ts";
import { monotonicClock, systemWallClock } from "../../../../src/platform/clock.ts";
import { nodeTimers } from "../../../../src/platform/timers.ts";
import { openUdpPath } from "../../../../src/platform/udp-path.ts";
import { InProcessCard } from "../../../../src/sandbox/card/in-process-card.ts";
import { parseProfile } from "../../../../src/sandbox/card/profile.ts";
import { VirtualSim } from "../../../../src/sandbox/card/virtual-sim.ts";
import { CardService } from "../../../../src/smartcard/card-service.ts";

/** The only argument, as JSON. */
export interface OurClientOptions {
  readonly port: number;
  readonly handshakes: number;
  readonly suite: number;
  readonly group: NamedGroup;
  /** PEM file. */
  readonly ca: string;
  /** A `file:` URI, or the path of a virtual SIM's profile. */
  readonly credential: { readonly uri: string } | { readonly sim: string };
}

/** The only line of output. */
export interface OurClientReport {
  readonly card: { readonly signatures: number; readonly others: number; readonly apdus: number };
}

const { port, handshakes, suite, group, ca, credential }: OurClientOptions = JSON.parse(process.argv[2] ?? "{}");
const card = { signatures: 0, others: 0, apdus: 0 };
const never = new AbortController().signal;

async function openCredential(): Promise<Credential> {
  const files = { read: async (path: string) => Uint8Array.from(await readFile(path)) };
  if ("uri" in credential) return new FileCredentialProvider(files).open(credential.uri, never);
  const times = { clock: monotonicClock, timers: nodeTimers };
  const profile = parseProfile(JSON.parse(await readFile(credential.sim, "utf8")), credential.sim);
  const connector = new InProcessCard(new VirtualSim(profile, { entropy: nodeEntropy, ...times }));
  const observer = {
    onOperation: ({ kind }: { kind: string }) => void (kind === "signature" ? card.signatures++ : card.others++),
    onApdu: () => void card.apdus++,
  };
  const createCard = () => new CardService({ connector, observer, ...times });
  return new IotSafeProvider({ createCard }).open("iotsafe:", never);
}

async function shakeHands(parties: HandshakeParties): Promise<void> {
  const path = await openUdpPath({ host: "127.0.0.1", port, family: 4 });
  const config = { serverName: "localhost", suites: [suite], groups: [group] };
  const client = new DtlsClient(config, { entropy: nodeEntropy, ephemeralKeys: nodeEphemeralKeys });
  client.start(monotonicClock.now());
  const answers = { clock: monotonicClock, timers: nodeTimers, answerNeed: answerNeed.bind(undefined, parties) };
  const transport = new DtlsTransport(client, path, answers);
  await transport.connected;
  transport.close();
}

const anchors = parsePem(await readFile(ca)).map(({ content }) => content);
const verifier = new PathValidator({ anchors, peer: { role: "server", name: "localhost" }, clock: systemWallClock });
const parties = { credential: await openCredential(), verifier };
// What the card did until now belongs to the start.
Object.assign(card, { signatures: 0, others: 0, apdus: 0 });
for (let done = 0; done < handshakes; done++) await shakeHands(parties);
const report: OurClientReport = { card };
console.log(JSON.stringify(report));
