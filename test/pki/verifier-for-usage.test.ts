import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import type { CertificateRefusalCode } from "../../src/credentials/ports/certificate-verifier.ts";
import { sha256, sha384, sha512 } from "../../src/crypto/hash.ts";
import {
  CertificateUsage,
  MatchingType,
  type UsageOptions,
  verifierForUsage,
} from "../../src/pki/verifier-for-usage.ts";
import { clientAuth, generateKeys, type IssuedCertificate, makeCa, makeLeaf } from "../support/certificates.ts";

const clock = { now: () => Date.parse("2026-06-01T12:00:00Z"), trusted: true };
const peer = { role: "server", name: "server.example" } as const;
const expired = { notAfter: "2026-01-01T00:00:00Z" };
const { signal } = new AbortController();

type Verdict = "ok" | CertificateRefusalCode;

interface Scenario {
  readonly name: string;
  /** What the server sends. */
  readonly chain: readonly IssuedCertificate[];
  /** What /0/x/4 names: a CA for usages 0 and 2, a server's certificate for 1 and 3. */
  readonly ca: IssuedCertificate;
  readonly leaf: IssuedCertificate;
  /** For usages 0, 1, 2 and 3. */
  readonly verdicts: readonly [Verdict, Verdict, Verdict, Verdict];
  /** For usage 2 where only the digest of the anchor is known. */
  readonly byDigest?: Verdict;
}

const associations: readonly [string, MatchingType, (der: Uint8Array) => Uint8Array][] = [
  ["exact match", MatchingType.exact, (der) => der],
  ["SHA-256", MatchingType.sha256, sha256],
  ["SHA-384", MatchingType.sha384, sha384],
  ["SHA-512", MatchingType.sha512, sha512],
];

let root: IssuedCertificate;
let scenarios: readonly Scenario[];

/** Written down from RFC 6698 §2.1.1 and the LwM2M table of Certificate Usage; the trust store holds the root. */
before(async () => {
  root = await makeCa();
  const ca = await makeCa({ issuer: root });
  const leaf = await makeLeaf({ issuer: ca });
  const sibling = await makeLeaf({ issuer: ca });
  const otherCa = await makeCa({ issuer: root, cn: "Other CA" });
  const cousin = await makeLeaf({ issuer: otherCa });
  const foreignRoot = await makeCa({ cn: "Foreign Root" });
  const foreignCa = await makeCa({ issuer: foreignRoot, cn: "Foreign CA" });
  const foreign = await makeLeaf({ issuer: foreignCa });
  const old = await makeLeaf({ issuer: ca, ...expired });
  const misnamed = await makeLeaf({ issuer: ca, san: [{ dns: "other.example" }] });
  const device = await makeLeaf({ issuer: ca, eku: [clientAuth] });
  const forged = await makeLeaf({ issuer: ca, signingKeys: await generateKeys("P-256") });
  const selfSigned = await makeLeaf();
  const oldCa = await makeCa({ issuer: root, ...expired });
  const belowOldCa = await makeLeaf({ issuer: oldCa });
  scenarios = [
    { name: "leaf and CA", chain: [leaf, ca], ca, leaf, verdicts: ["ok", "ok", "ok", "ok"] },
    { name: "the root sent along", chain: [leaf, ca, root], ca, leaf, verdicts: ["ok", "ok", "ok", "ok"] },
    {
      name: "the CA left out",
      chain: [leaf],
      ca,
      leaf,
      verdicts: ["untrusted", "untrusted", "ok", "ok"],
      byDigest: "untrusted",
    },
    {
      name: "another leaf of the same CA",
      chain: [sibling, ca],
      ca,
      leaf,
      verdicts: ["ok", "pin-mismatch", "ok", "pin-mismatch"],
    },
    {
      name: "a leaf of another CA below the same root",
      chain: [cousin, otherCa],
      ca,
      leaf,
      verdicts: ["pin-mismatch", "pin-mismatch", "untrusted", "pin-mismatch"],
    },
    {
      name: "a chain to a root that is not in the trust store",
      chain: [foreign, foreignCa, foreignRoot],
      ca,
      leaf,
      verdicts: ["untrusted", "untrusted", "untrusted", "pin-mismatch"],
    },
    {
      name: "the foreign chain that the account asserts",
      chain: [foreign, foreignCa],
      ca: foreignCa,
      leaf: foreign,
      verdicts: ["untrusted", "untrusted", "ok", "ok"],
    },
    { name: "an expired leaf", chain: [old, ca], ca, leaf: old, verdicts: ["expired", "expired", "expired", "ok"] },
    {
      name: "a leaf of another name",
      chain: [misnamed, ca],
      ca,
      leaf: misnamed,
      verdicts: ["name-mismatch", "name-mismatch", "name-mismatch", "ok"],
    },
    {
      name: "a device's certificate",
      chain: [device, ca],
      ca,
      leaf: device,
      verdicts: ["extended-key-usage", "extended-key-usage", "extended-key-usage", "ok"],
    },
    {
      name: "a leaf that its CA has not signed",
      chain: [forged, ca],
      ca,
      leaf,
      verdicts: ["bad-signature", "bad-signature", "bad-signature", "pin-mismatch"],
    },
    {
      name: "a self-signed leaf that the account names",
      chain: [selfSigned],
      ca: selfSigned,
      leaf: selfSigned,
      verdicts: ["untrusted", "untrusted", "ok", "ok"],
    },
    {
      name: "an expired CA",
      chain: [belowOldCa, oldCa],
      ca: oldCa,
      leaf: belowOldCa,
      verdicts: ["expired", "expired", "expired", "ok"],
    },
  ];
});

async function verdict(
  options: Omit<UsageOptions, "clock" | "peer">,
  chain: readonly IssuedCertificate[],
): Promise<Verdict> {
  const verifier = verifierForUsage({ ...options, clock, peer });
  const result = await verifier.verify(
    chain.map(({ certDer }) => certDer),
    signal,
  );
  return result.accepted ? "ok" : result.code;
}

for (const usage of Object.values(CertificateUsage)) {
  for (const [matching, matchingType, associate] of associations) {
    test(`certificate usage ${usage} by ${matching} takes and refuses as RFC 6698 has it`, async () => {
      const table: Record<string, Verdict> = {};
      const expected: Record<string, Verdict> = {};
      for (const { name, chain, ca, leaf, verdicts, byDigest } of scenarios) {
        const named = usage % 2 === 0 ? ca : leaf;
        const association = associate(named.certDer);
        table[name] = await verdict({ usage, matchingType, association, anchors: [root.certDer] }, chain);
        const digest = usage === 2 && matchingType !== MatchingType.exact;
        expected[name] = (digest ? byDigest : undefined) ?? verdicts[usage];
      }
      assert.deepEqual(table, expected);
    });
  }
}

suite("around the table", () => {
  test("without a trust store the two constraints take nobody, the two assertions are as before", async () => {
    const [{ chain, ca, leaf } = assert.fail()] = scenarios;
    for (const [usage, expected] of [
      [0, "untrusted"],
      [1, "untrusted"],
      [2, "ok"],
      [3, "ok"],
    ] as const) {
      const association = (usage % 2 === 0 ? ca : leaf).certDer;
      assert.equal(await verdict({ usage, association, anchors: [] }, chain), expected);
    }
  });

  test("an empty Server Public Key leaves it to the trust store, whatever the usage; without one nobody is taken", async () => {
    const [{ chain } = assert.fail()] = scenarios;
    const association = new Uint8Array(0);
    for (const usage of Object.values(CertificateUsage)) {
      assert.equal(await verdict({ usage, association, anchors: [root.certDer] }, chain), "ok");
      assert.equal(await verdict({ usage, association, anchors: [] }, chain), "untrusted");
    }
  });

  test("absent usage and matching type are 3 and 0: a CA's certificate alone fails", async () => {
    const [{ chain, ca, leaf } = assert.fail()] = scenarios;
    assert.equal(await verdict({ association: leaf.certDer, anchors: [] }, chain), "ok");
    assert.equal(await verdict({ association: ca.certDer, anchors: [root.certDer] }, chain), "pin-mismatch");
  });

  test("a digest finds its anchor in the trust store too", async () => {
    const [{ leaf, ca } = assert.fail()] = scenarios;
    const options = { usage: 2, matchingType: MatchingType.sha256, association: sha256(ca.certDer) } as const;
    assert.equal(await verdict({ ...options, anchors: [ca.certDer] }, [leaf]), "ok");
  });

  test("an association that cannot match, and an anchor that is no certificate, are errors at once", () => {
    const options = { clock, peer, anchors: [] };
    const association = new Uint8Array(31);
    assert.throws(() => verifierForUsage({ ...options, matchingType: 1, association }), {
      code: "BAD_CERTIFICATE_PIN",
    });
    assert.throws(() => verifierForUsage({ ...options, usage: 2, association }), { code: "BAD_TRUST_ANCHOR" });
  });

  test("bytes that are no certificate do not pass for an anchor by their digest", async () => {
    const [{ leaf } = assert.fail()] = scenarios;
    const rubbish = Uint8Array.of(0x30, 0x00);
    const verifier = verifierForUsage({
      usage: 2,
      matchingType: 1,
      association: sha256(rubbish),
      anchors: [],
      clock,
      peer,
    });
    const result = await verifier.verify([leaf.certDer, rubbish], signal);
    assert.equal(result.accepted ? "ok" : result.code, "malformed");
  });

  test("where two paths lead to an anchor, the one with the demanded CA counts", async () => {
    const twinKeys = await generateKeys("P-256");
    const crossed = await makeCa({ issuer: root, cn: "Twin", keys: twinKeys });
    const again = await makeCa({ issuer: root, cn: "Twin", keys: twinKeys, pathLength: 0 });
    const leaf = await makeLeaf({ issuer: crossed });
    for (const demanded of [crossed, again]) {
      const options = { usage: 0, association: demanded.certDer, anchors: [root.certDer] } as const;
      assert.equal(await verdict(options, [leaf, crossed, again]), "ok");
    }
  });
});
