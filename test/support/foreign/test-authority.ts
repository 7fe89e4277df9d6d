import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Cleanup } from "./cleanup.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A key and its certificate as PEM files. */
export interface Identity {
  /** PKCS#8. */
  readonly key: string;
  readonly cert: string;
}

/** Names and purposes of a certificate to be. */
export interface CertificateWish {
  /** The subject's common name; Leshan wants the endpoint name there. */
  readonly commonName: string;
  /** OpenSSL's notation: `DNS:localhost,IP:127.0.0.1`. */
  readonly subjectAltName?: string;
  readonly extendedKeyUsage?: "serverAuth" | "clientAuth" | "serverAuth,clientAuth";
}

/** A certificate authority for one test, made by the OpenSSL program so that our own code does not judge itself. */
export class TestAuthority {
  /** The authority's own certificate (PEM file). */
  readonly cert: string;
  /** Its private key, for a server that issues (PEM file). */
  readonly key: string;
  private readonly folder: string;

  constructor(cleanup: Cleanup, commonName = "Test CA") {
    this.folder = temporaryFolder(cleanup);
    this.key = this.newKey("ca");
    this.cert = join(this.folder, "ca.pem");
    const extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
    const request = ["req", "-x509", "-new", "-days", "30", "-subj", `/CN=${commonName}`];
    const files = ["-key", this.key, "-out", this.cert];
    this.openssl(...request, ...files, ...extensions.flatMap((one) => ["-addext", one]));
  }

  /** A server on this machine, by name and by both loopback addresses. */
  server(commonName = "localhost"): Identity {
    const subjectAltName = "DNS:localhost,IP:127.0.0.1,IP:::1";
    return this.identity({ commonName, subjectAltName, extendedKeyUsage: "serverAuth,clientAuth" });
  }

  device(commonName: string): Identity {
    return this.identity({ commonName, extendedKeyUsage: "clientAuth" });
  }

  identity(wish: CertificateWish): Identity {
    const key = this.newKey(wish.commonName);
    const request = join(this.folder, `${wish.commonName}.csr`);
    const extensions = join(this.folder, `${wish.commonName}.ext`);
    const cert = join(this.folder, `${wish.commonName}.pem`);
    writeFileSync(extensions, this.extensionLines(wish).join("\n"));
    this.openssl("req", "-new", "-key", key, "-out", request, "-subj", `/CN=${wish.commonName}`);
    const issuer = ["-CA", this.cert, "-CAkey", this.key, "-CAcreateserial"];
    this.openssl("x509", "-req", "-in", request, ...issuer, "-days", "30", "-extfile", extensions, "-out", cert);
    return { key, cert };
  }

  private extensionLines(wish: CertificateWish): string[] {
    const lines = ["basicConstraints=critical,CA:FALSE", "keyUsage=critical,digitalSignature"];
    if (wish.subjectAltName) lines.push(`subjectAltName=${wish.subjectAltName}`);
    if (wish.extendedKeyUsage) lines.push(`extendedKeyUsage=${wish.extendedKeyUsage}`);
    return lines;
  }

  private newKey(name: string): string {
    const file = join(this.folder, `${name}.key`);
    this.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", file);
    return file;
  }

  private openssl(...args: string[]): void {
    execFileSync("openssl", args, { stdio: ["ignore", "ignore", "pipe"] });
  }
}
