import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answerer, certificateAnswers, type Identity, identityOf } from "./dtls-identity.ts";

/** A self-signed certificate with its key, made by OpenSSL, as files and as an identity. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
  readonly identity: Identity;
}

/** A temporary folder of certificates; remove it after use. */
export class CertificateFolder {
  readonly #folder = mkdtempSync(join(tmpdir(), "dtls-interop-"));

  make(name: string, curve: "P-256" | "P-384" = "P-256"): CertificateFiles {
    const certificate = join(this.#folder, `${name}.pem`);
    const key = join(this.#folder, `${name}.key.pem`);
    const how = ["-newkey", "ec", "-pkeyopt", `ec_paramgen_curve:${curve}`, "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...how, "-subj", `/CN=${name}`, "-keyout", key, "-out", certificate], {
      stdio: "ignore",
    });
    const x509 = new X509Certificate(readFileSync(certificate));
    const publicKey = Uint8Array.from(x509.publicKey.export({ type: "spki", format: "der" }));
    const identity = identityOf(readFileSync(key, "utf8"), publicKey, [Uint8Array.from(x509.raw)]);
    return { certificate, key, identity };
  }

  /** A configuration file for OPENSSL_CONF that switches one of SSL_CONF's options off. */
  configWithout(option: string): string {
    const path = join(this.#folder, `without-${option}.cnf`);
    const lines = ["openssl_conf = init", "[init]", "ssl_conf = ssl", "[ssl]", "system_default = default", "[default]"];
    writeFileSync(path, [...lines, `Options = -${option}`, ""].join("\n"));
    return path;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** Takes a peer that shows exactly `peer`, and refuses any other. */
export function pinnedAnswers(own: Identity | undefined, peer: Identity | undefined): Answerer {
  const others = certificateAnswers(own);
  return (need) => {
    if (need.kind !== "validatePeer") return others(need);
    const same = peer && Buffer.compare(Buffer.from(need.chain[0] ?? []), Buffer.from(peer.chain[0] ?? [])) === 0;
    const verdict = same
      ? { accepted: true as const, publicKey: peer.publicKey }
      : { accepted: false as const, code: "pin-mismatch" as const, message: "not the pinned certificate" };
    return { kind: "validatePeer", verdict };
  };
}

/** An `openssl s_server` or `s_client` under test. */
export class OpensslProcess {
  readonly #process: ChildProcessWithoutNullStreams;
  output = "";
  #waiting: (() => void)[] = [];
  #ended = false;

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#process = spawn("openssl", args, { env: { ...process.env, ...env } });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text: string) => {
        this.output += text;
        this.#wake();
      });
    }
    this.#process.on("close", () => {
      this.#ended = true;
      this.#wake();
    });
    this.#process.stdin.on("error", () => {});
  }

  write(text: string): void {
    this.#process.stdin.write(text);
  }

  /** Rejects when the process ends without having printed `text`. */
  async prints(text: string): Promise<void> {
    while (!this.output.includes(text)) {
      if (this.#ended) throw new Error(`openssl ended without printing "${text}":\n${this.output}`);
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }

  async ended(): Promise<void> {
    while (!this.#ended) await new Promise<void>((wake) => this.#waiting.push(wake));
  }

  stop(): void {
    this.#process.kill("SIGKILL");
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
