// @nodertc/dtls as the client of our DTLS server, joined in memory; then one attack on it, named by the argument. A process
// of its own, because one of the attacks ends the process. Prints one JSON line: the texts that the application was given.
import { createRequire } from "node:module";
import { Duplex } from "node:stream";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { DtlsServer } from "../../src/dtls/server.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { type Attack, attackDatagrams } from "./dtls-attacks.ts";
import { pskAnswers } from "./dtls-identity.ts";

interface NodertcDtls {
  connect(options: object): Duplex;
}
const dtls: NodertcDtls = createRequire(import.meta.url)("@nodertc/dtls");

const secret = encodeUtf8("0123456789abcdef");
const server = new DtlsServer(
  { certificates: false, psk: true, suites: [0x00a8] },
  { entropy: nodeEntropy, ephemeralKeys: nodeEphemeralKeys },
);
const answer = pskAnswers(secret);
const started = performance.now();

class Wire extends Duplex {
  override _read(): void {}
  override _write(datagram: Buffer, _encoding: string, done: () => void): void {
    done();
    // Not within its own call: it falls over an answer that comes while it is still sending.
    setImmediate(() => {
      server.handleDatagram(datagram, performance.now() - started);
      pump();
    });
  }
  close(): void {}
}
const wire = new Wire({ readableObjectMode: true, writableObjectMode: true });

let connected = false;
function pump(): Uint8Array[] {
  const sent: Uint8Array[] = [];
  for (let event = server.nextEvent(); event; event = server.nextEvent()) {
    if (event.type === "connected") connected = true;
    if (event.type !== "need") continue;
    const given = answer(event.need);
    if (given) server.resume(event.id, given, performance.now() - started);
  }
  for (let datagram = server.nextDatagram(); datagram; datagram = server.nextDatagram()) {
    sent.push(datagram);
    wire.push(Buffer.from(datagram));
  }
  return sent;
}

const client = dtls.connect({
  socket: wire,
  pskIdentity: "victim",
  pskSecret: Buffer.from(secret),
  cipherSuites: ["TLS_PSK_WITH_AES_128_GCM_SHA256"],
});
const received: string[] = [];
client.on("data", (data: Buffer) => received.push(data.toString("latin1")));
client.on("error", (error: Error) => received.push(`error: ${error.message}`));
client.on("connect", () => {
  server.send(encodeUtf8("genuine"));
  const genuine = pump().at(-1) ?? new Uint8Array();
  for (const datagram of attackDatagrams(process.argv[2] as Attack, genuine)) wire.push(Buffer.from(datagram));
  server.send(encodeUtf8("last"));
  pump();
});
// Nothing keeps the process alive once the last datagram is through.
process.on("exit", () => console.log(JSON.stringify({ connected, received })));
