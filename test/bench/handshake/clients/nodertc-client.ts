// @nodertc/dtls, as it is published, as a process of its own: makes the handshakes asked for, one after the other.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Duplex } from "node:stream";

/** The only argument, as JSON. */
export interface NodertcClientOptions {
  readonly port: number;
  readonly handshakes: number;
  /** PEM files. */
  readonly key: string;
  readonly cert: string;
}

interface NodertcSocket extends Duplex {
  close(): void;
}
const dtls: { connect(options: object): NodertcSocket } = createRequire(import.meta.url)("@nodertc/dtls");

const { port, handshakes, key, cert }: NodertcClientOptions = JSON.parse(process.argv[2] ?? "{}");
const settings = {
  type: "udp4",
  remoteAddress: "127.0.0.1",
  remotePort: port,
  certificate: readFileSync(cert),
  certificatePrivateKey: readFileSync(key),
  cipherSuites: ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
};

function shakeHands(): Promise<NodertcSocket> {
  return new Promise((resolve, reject) => {
    const socket = dtls.connect({ ...settings });
    socket.on("error", reject);
    socket.on("timeout", () => reject(new Error("no answer from the server")));
    socket.on("connect", () => resolve(socket));
  });
}

// It does not say close_notify: a port used again would look to the server like a session that it still has.
const sockets: NodertcSocket[] = [];
for (let done = 0; done < handshakes; done++) sockets.push(await shakeHands());
for (const socket of sockets) socket.close();
