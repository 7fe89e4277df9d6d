import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { verify, X509Certificate } from "node:crypto";
import { before, describe, it } from "node:test";
import { promisify } from "node:util";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { sha256 } from "../../src/crypto/hash.ts";
import { personalise } from "../../src/sandbox/card/personalise.ts";
import { encodeUtf8, fromHex, toHex } from "../../src/util/bytes.ts";
import { suiteCleanup } from "../support/foreign/cleanup.ts";
import { ReaderClient } from "../support/foreign/reader-client.ts";
import { startVirtualSimOverVpcd, type VirtualSimOverVpcd } from "../support/virtual-sim-over-vpcd.ts";

describe("pyscard, through pcscd and vpcd, on the virtual SIM", () => {
  const cleanup = suiteCleanup();
  let virtual: VirtualSimOverVpcd;
  let client: AppletClient;

  before(async () => {
    virtual = await startVirtualSimOverVpcd(cleanup, await newProfile());
    client = new AppletClient(cleanup, virtual.reader);
    await client.connect();
  });

  it("sees the answer to reset", async () => {
    assert.equal(await client.connect(), toHex(virtual.sim.atr));
  });

  it("selects on a channel of its own, reads the certificate and has a digest signed that the certificate verifies", async () => {
    await client.select();
    assert.match(await client.ask("81CB000044"), /^1001101120.*9000$/);
    const certificate = new X509Certificate(await client.readFile("03"));
    assert.equal(certificate.subject, "CN=pyscard");
    const text = encodeUtf8("signed through pcscd");
    assert.equal(await client.ask("812A00010D840101A1010391020001920104"), "9000");
    const signed = await client.ask(`812B8001229E20${toHex(sha256(text))}`);
    assert.match(signed, /^3340.{128}9000$/);
    assert.equal(await client.ask("812A0101"), "9000");
    const key = { key: certificate.publicKey, dsaEncoding: "ieee-p1363" } as const;
    assert.ok(verify("sha256", text, key, fromHex(signed.slice(4, -4))));
  });

  it("generates a pair in the spare slot and reads the same public key back", async () => {
    await client.select();
    const generated = await client.ask("81B9000003840102");
    assert.match(generated, /^84010285010234454943864104.{128}9000$/);
    assert.equal(await client.ask("81CD000003850102"), generated.slice(12));
  });

  it("gets 256 bytes, the most there are", async () => {
    await client.select();
    assert.equal((await client.ask("8184000000")).length, 516);
  });

  it("finds nothing selected after a reset between two commands", async () => {
    await client.select();
    await client.reset();
    assert.equal(await client.ask("81CB000044"), "6881");
    await client.select();
    assert.match(await client.ask("81CB000044"), /9000$/);
  });

  it("fails when the card is pulled, and goes on when it is back", async () => {
    await client.select();
    virtual.card.replan((index) => (index === 0 ? { kind: "pulled" } : undefined));
    await assert.rejects(client.ask("81CB000044"));
    await client.connect();
    await client.select();
    assert.match(await client.ask("81CB000044"), /9000$/);
  });

  it("fails when a mute card goes away, and goes on when it is back", async () => {
    await client.select();
    virtual.card.replan((index) => (index === 0 ? { kind: "mute" } : undefined));
    const silent = client.ask("81CB000044");
    silent.catch(() => {});
    while (virtual.card.commands === 0) await new Promise((resolve) => setImmediate(resolve));
    virtual.card.release();
    await assert.rejects(silent);
    await client.connect();
    await client.select();
  });

  it("finds the card again when pcscd was restarted", async () => {
    await client.say("drop");
    await virtual.pcscd.stop();
    await virtual.pcscd.run();
    await client.connect();
    await client.select();
    assert.match(await client.ask("81CB000044"), /9000$/);
  });

  it("does not mind OpenSC trying its card drivers on it", async () => {
    await client.say("drop");
    const { stdout } = await promisify(execFile)("opensc-tool", ["-r", "0", "-a", "-s", "00A4040007A0000005590010"]);
    assert.match(stdout, /3b:9f:96:80/i);
    assert.match(stdout, /SW1=0x90, SW2=0x00/);
  });
});

async function newProfile() {
  return personalise({
    commonName: "pyscard",
    entropy: nodeEntropy,
    notBefore: new Date("2026-01-01T00:00:00Z"),
    notAfter: new Date("2046-01-01T00:00:00Z"),
  });
}

/** With the commands of these tests. */
class AppletClient extends ReaderClient {
  /** One command, with GET RESPONSE as 61xx asks; upper-case hexadecimal. */
  async ask(command: string): Promise<string> {
    const answer = (await this.say(`transmit ${command}`)).toUpperCase();
    if (!/61..$/.test(answer)) return answer;
    return answer.slice(0, -4) + (await this.ask(`${command.slice(0, 2)}C00000${answer.slice(-2)}`));
  }

  /** Channel 1, closed first if it is open, with the applet selected. */
  async select(): Promise<void> {
    await this.ask("0070800100");
    assert.equal(await this.ask("0070000001"), "019000");
    assert.equal(await this.ask("01A4040007A0000005590010"), "9000");
  }

  async readFile(id: string): Promise<Uint8Array> {
    let hex = "";
    for (;;) {
      const offset = (hex.length / 2).toString(16).padStart(4, "0");
      const answer = await this.ask(`81B0${offset}038301${id}`);
      if (answer === "6A86") return fromHex(hex);
      assert.match(answer, /9000$/);
      hex += answer.slice(0, -4);
    }
  }
}
