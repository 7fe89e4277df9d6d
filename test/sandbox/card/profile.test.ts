import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { type ProfileInput, parseProfile } from "../../../src/sandbox/card/profile.ts";
import { loadProfile, saveProfile } from "../../../src/sandbox/card/profile-file.ts";
import { describeError } from "../../../src/util/coded-error.ts";
import { HexSim, rfc6979Key, rfc6979Point, selectedSim, testProfile } from "../../support/virtual-sim.ts";

const rfcPem = `-----BEGIN PRIVATE KEY-----
MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCDJr6nYRbp1FmtcIVdn
sdaTTlDD2zbomxJ7iocrEg9nIQ==
-----END PRIVATE KEY-----
`;

test("a key is taken as a scalar, as a JWK and as PEM", async () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = privateKey.export({ format: "jwk" });
  const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
  const d = Buffer.from(jwk.d ?? "", "base64url").toString("hex");
  const points = [{ kty: "EC" as const, crv: "P-256" as const, d: "", ...jwk }, pem, d].map(async (key) => {
    const sim = await selectedSim({}, { keyPairs: [{ privateId: "01", publicId: "01", privateKey: key as string }] });
    return sim.ask("80CD000003850101");
  });
  assert.equal(new Set(await Promise.all(points)).size, 1);
});

test("a key that is none is named by its slot and never shown", () => {
  const other = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey.export({ format: "pem", type: "pkcs8" });
  for (const privateKey of ["00".repeat(32), "FF".repeat(32), other.toString(), "-----BEGIN x"]) {
    const profile = testProfile({}, { keyPairs: [{ privateId: "0A", publicId: "0A", privateKey }] });
    assert.throws(
      () => new HexSim(profile),
      (error) => {
        assert.match(describeError(error), /key pair 0A: a P-256 private key expected/);
        return !describeError(error).includes(privateKey.slice(0, 20));
      },
    );
  }
});

test("each wrong field is named with its path, values are not repeated", () => {
  const secret = "5EC2E7".repeat(9);
  const bad = {
    format: 1,
    appletId: "00",
    keyPairs: [{ privateId: "01", publicId: "0", privateKey: secret }],
    extra: 1,
  };
  assert.throws(
    () => parseProfile(bad, "sim.json"),
    (error) => {
      const text = describeError(error);
      assert.match(text, /^virtual SIM profile sim\.json: .*appletId.*keyPairs\.0\.publicId.*keyPairs\.0\.privateKey/);
      return !text.includes(secret);
    },
  );
});

test("files lie in the card as DER, as PEM or padded", async () => {
  const content = "-----BEGIN CERTIFICATE-----\nMAMCAQU=\n-----END CERTIFICATE-----\n";
  const shapes: [Partial<NonNullable<ProfileInput["files"]>[number]>, string][] = [
    [{}, "3003020105"],
    [{ size: 8 }, "3003020105000000"],
    [{ size: 7, padding: 255 }, "3003020105FFFF"],
    [{ storedAs: "pem" }, Buffer.from(content).toString("hex").toUpperCase()],
    [{ storedAs: "pem", content: "MAMCAQU=" }, Buffer.from(content).toString("hex").toUpperCase()],
    [{ content: "MAMCAQU=" }, "3003020105"],
  ];
  for (const [shape, bytes] of shapes) {
    const sim = await selectedSim({}, { files: [{ id: "03", content, ...shape }] });
    assert.equal(await sim.ask("80B0000003830103"), `${bytes}9000`);
  }
});

test("a file larger than its size is refused", () => {
  const profile = testProfile({}, { files: [{ id: "03", content: "MAMCAQU=", size: 4 }] });
  assert.throws(() => new HexSim(profile), /file 03: 5 bytes of content, size 4/);
});

test("a public key off the curve is refused", () => {
  const publicKey = `${rfc6979Point.slice(0, -1)}8`;
  const profile = testProfile({}, { publicKeys: [{ id: "05", publicKey }] });
  assert.throws(() => new HexSim(profile), /public key 05/);
});

test("identifiers have 1 to 20 bytes, and the halves of a pair may differ", async () => {
  const longId = "AB".repeat(20);
  const sim = await selectedSim(
    {},
    { keyPairs: [{ privateId: "303031", publicId: longId, privateKey: rfc6979Key, label: "Z" }] },
  );
  assert.equal(await sim.ask("80B90000058403303031").then((answer) => answer.slice(0, 54)), `84033030318514${longId}`);
  assert.match(await sim.ask(`80CD0000168514${longId}`), /9000$/);
  const tooLong = { keyPairs: [{ privateId: "00".repeat(21), publicId: "01" }] };
  assert.throws(() => testProfile({}, tooLong), /keyPairs\.0\.privateId/);
});

test("a profile keeps its keys as written until they are generated anew", async () => {
  const keyPairs = [
    { privateId: "01", publicId: "01", privateKey: rfcPem },
    { privateId: "02", publicId: "02" },
  ];
  const sim = await selectedSim({}, { keyPairs });
  assert.deepEqual(sim.sim.profile, testProfile({}, { keyPairs }));
  await sim.ask("80B9000003840102");
  const after = sim.sim.profile.keyPairs;
  assert.equal(after[0]?.privateKey, rfcPem);
  assert.match(String(after[1]?.privateKey), /^[0-9a-f]{64}$/);
});

test("a profile is saved for the owner alone, and loads as it was", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "virtual-sim-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "sim.json");
  await saveProfile(path, testProfile());
  await saveProfile(path, testProfile({ classes: "proprietary" }));
  assert.deepEqual(await loadProfile(path), testProfile({ classes: "proprietary" }));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(folder), ["sim.json"]);
});

test("a profile that is missing or not JSON is told by its path, without its text", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "virtual-sim-"));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, "sim.json");
  await assert.rejects(loadProfile(path), { code: "SIM_PROFILE_UNREADABLE" });
  await writeFile(path, `{"privateKey": "${rfc6979Key}"`);
  await assert.rejects(loadProfile(path), (error) => {
    assert.match(describeError(error), /sim\.json: not JSON/);
    return !describeError(error).includes(rfc6979Key.slice(0, 8));
  });
  assert.ok((await readFile(path, "utf8")).length > 0);
});
