import assert from "node:assert/strict";
import { verify } from "node:crypto";
import { test } from "node:test";
import type { ProfileInput } from "../../../src/sandbox/card/profile.ts";
import { encodeUtf8, fromHex } from "../../../src/util/bytes.ts";
import {
  HexSim,
  rfc6979Key,
  sampleDigest,
  sampleSignature,
  selectedSim,
  testProfile,
} from "../../support/virtual-sim.ts";

const init = "802A00010D840101A1010391020001920104";
const initFullText = "802A00010D840101A1010191020001920104";
const sampleText = "73616D706C65";

test("objects are named by identifier or by label, but not by both, neither or a wrong one", async () => {
  const sim = await selectedSim();
  const byId = await sim.ask("80CBC10003840101");
  assert.equal(await sim.ask("80CBC1000474024B31"), byId);
  assert.equal(await sim.ask("80CBC1000784010174024B31"), "6A80");
  assert.equal(await sim.ask("80CBC1000" + "384017F"), "6A82");
  assert.equal(await sim.ask("80CBC10000"), "6A80");
  assert.equal(await sim.ask("80CBC10003850101"), "6A80");
  assert.equal(await sim.ask("80CBC10006840101840101"), "6A80");
});

test("every kind of object gives its attributes", async () => {
  const sim = await selectedSim();
  assert.match(await sim.ask("80CBC20003850105"), /^7502503585010560.*9000$/);
  assert.match(await sim.ask("80CBC30003830102"), /^7302434C830102.*2002010E9000$/);
  assert.match(await sim.ask("80CBC40003860101"), /^76025331860101.*9401019000$/);
  assert.equal(await sim.ask("80CBC50003860101"), "6A86");
  assert.equal(await sim.ask("80CB020000"), "6A86");
});

test("a file is read whole in pieces that Le or the offset choose", async () => {
  const sim = await selectedSim();
  let file = "";
  for (let offset = 0; offset < 270; offset += 50) {
    const answer = await sim.ask(`80B0${offset.toString(16).padStart(4, "0")}0383010232`);
    assert.match(answer, /9000$/);
    file += answer.slice(0, -4);
  }
  assert.equal(file.length, 540);
  assert.equal(file.slice(0, 512), (await sim.ask("80B0000003830102")).slice(0, -4));
});

test("GET RANDOM gives as many bytes as Le asks for, 256 for 00", async () => {
  const sim = await selectedSim();
  assert.equal((await sim.send("8084000020")).length, 68);
  assert.equal((await sim.send("8084000000")).length, 516);
  assert.notEqual(await sim.send("8084000020"), await sim.send("8084000020"));
  assert.equal(await sim.send("80840000"), "6700");
  assert.equal(await sim.send("8084010020"), "6A86");
});

test("a generated pair signs, and its public key is the one answered", async () => {
  const sim = await selectedSim();
  const generated = await sim.ask("80B9000003840104");
  const point = /34454943864104(.{128})9000$/.exec(generated)?.[1] ?? "";
  assert.equal(await sim.ask("80CD000003850104"), `34454943864104${point}9000`);
  assert.equal(await sim.send(init.replace("840101", "840104")), "9000");
  const signature = (await sim.ask(`802B8001229E20${sampleDigest}`)).slice(4, -4);
  assert.ok(verifies(point, "sample", signature));
});

test("an empty slot neither signs nor gives a public key", async () => {
  const sim = await selectedSim();
  assert.equal(await sim.send(init.replace("840101", "840104")), "6985");
  assert.equal(await sim.send("80CD000003850104"), "6985");
});

test("a volatile key is gone after a reset, a persistent one stays", async () => {
  const sim = await selectedSim();
  await sim.ask("80B9000003840104");
  sim.sim.power("reset");
  await sim.selected();
  assert.equal(await sim.send("80CD000003850104"), "6985");
  assert.equal(await sim.send("80CD000003850101"), "6147");
});

test("a generated persistent key is saved before the answer, a volatile one never", async () => {
  const saved: unknown[] = [];
  const sim = await new HexSim(testProfile(), { save: async (profile) => void saved.push(profile) }).selected();
  await sim.ask("80B9000003840104");
  assert.equal(saved.length, 0);
  assert.equal(await sim.send("80B9000003840101"), "614D");
  assert.equal(saved.length, 1);
  const again = await new HexSim(sim.sim.profile).selected();
  assert.equal(await again.ask("80CD000003850101"), await sim.ask("80CD000003850101"));
});

test("when saving fails the card says 6581", async () => {
  const sim = await new HexSim(testProfile(), { save: () => Promise.reject(new Error("disk full")) }).selected();
  assert.equal(await sim.send("80B9000003840101"), "6581");
});

const refusedPairs: readonly (readonly [string, Record<string, number>])[] = [
  ["access conditions without update", { access: 1 }],
  ["functions without generation", { functions: 1 }],
  ["a deactivated slot", { state: 0 }],
  ["a key type that is not P-256", { type: 0x23 }],
];

for (const [why, attributes] of refusedPairs) {
  test(`generation is refused for ${why}`, async () => {
    const sim = await selectedSim({}, withPair(attributes));
    assert.equal(await sim.send("80B9000003840101"), "6985");
  });
}

test("generation is refused while a session uses the key", async () => {
  const sim = await selectedSim();
  await sim.send(init);
  assert.equal(await sim.send("80B9000003840101"), "6985");
  await sim.send("802A0101");
  assert.equal(await sim.send("80B9000003840101"), "614D");
});

test("a key that may not sign, or is deactivated, does not", async () => {
  for (const attributes of [{ functions: 2 }, { state: 0 }]) {
    assert.equal(await (await selectedSim({}, withPair(attributes))).send(init), "6985");
  }
});

test("a public key and a file that may not be read are not", async () => {
  const sim = await selectedSim(
    {},
    { ...withPair({ publicAccess: 2 }), files: [{ id: "02", access: 0, content: "AAAA" }] },
  );
  assert.equal(await sim.send("80CD000003850101"), "6985");
  assert.equal(await sim.send("80B0000003830102"), "6985");
});

test("INIT takes one hash and one algorithm of the key, in any order", async () => {
  const good = ["840101A1010391020001920104", "920104910200 01A10103840101".replace(" ", "")];
  const bad = [
    "840101A1010391020003920104",
    "840101A1010391020002920104",
    "840101A1010391020001920102",
    "840101A1010291020001920104",
    "840101A1010491020001920104",
    "840101A10103910101920104",
    "840101A1010391020001",
    "840101A1010391020001920104920104",
    "840101A1010391020001920104990100",
  ];
  const sim = await selectedSim();
  for (const data of good) {
    assert.equal(await sim.send(`802A0001${length(data)}${data}`), "9000", data);
    await sim.send("802A0101");
  }
  for (const data of bad) assert.equal(await sim.send(`802A0001${length(data)}${data}`), "6A80", data);
});

test("a full text may come whole, as one object cut in pieces, or as an object each", async () => {
  const ways = [
    [["80", `9B06${sampleText}`]],
    [
      ["00", `9B820006${sampleText.slice(0, 4)}`],
      ["00", sampleText.slice(4, 8)],
      ["80", sampleText.slice(8)],
    ],
    [
      ["00", `9B02${sampleText.slice(0, 4)}`],
      ["80", `9B04${sampleText.slice(4)}`],
    ],
    [
      ["00", `9B06${sampleText}`],
      ["80", "9B00"],
    ],
  ];
  for (const blocks of ways) {
    const sim = await selectedSim({ answers: "direct" });
    await sim.send(initFullText);
    const answers: string[] = [];
    for (const [p1, data = ""] of blocks) answers.push(await sim.send(`802B${p1}01${length(data)}${data}`));
    assert.equal(answers.pop(), `3340${sampleSignature}9000`);
    assert.ok(answers.every((answer) => answer === "9000"));
  }
});

test("UPDATE refuses what does not fit the mode, and the session goes on", async () => {
  const sim = await selectedSim();
  await sim.send(init);
  const bad = [`9B06${sampleText}`, "9E0101", `9E20${sampleDigest}9B00`, "9E", "9E21"];
  for (const data of bad) assert.equal(await sim.send(`802B8001${length(data)}${data}`), "6A80", data);
  assert.equal(await sim.send(`802B0001229E20${sampleDigest}`), "6A80");
  assert.equal(await sim.send(`802B9001229E20${sampleDigest}`), "6A86");
  assert.equal(await sim.send("802B8001"), "6A80");
  assert.equal(await sim.send(`802B8002229E20${sampleDigest}`), "6985");
  assert.equal(await sim.send(`802B8001229E20${sampleDigest}`), "6142");
  assert.equal(await sim.send(`802B8001229E20${sampleDigest}`), "6985");
});

test("a text that is not complete gives no signature, and one without end is refused", async () => {
  const sim = await selectedSim();
  await sim.send(initFullText);
  assert.equal(await sim.send("802B8001049B101122"), "6A80");
  const block = `9B81FC${"00".repeat(252)}`;
  const answers = new Set<string>();
  for (let i = 0; i < 300; i++) answers.add(await sim.send(`802B0001${length(block)}${block}`));
  assert.deepEqual(answers, new Set(["9000", "6A84"]));
});

test("close has no data, and P1 is 00 or 01", async () => {
  const sim = await selectedSim();
  assert.equal(await sim.send("802A010100"), "9000");
  assert.equal(await sim.send("802A010103840101"), "6700");
  assert.equal(await sim.send("802A0201"), "6A86");
});

test("VERIFY takes both length forms, says 6D01 for a mismatch and 6A80 without a signature", async () => {
  const sim = await selectedSim();
  const verifyInit = "802C00010D850105A1010391020001920104";
  const hash = `9E20${sampleDigest}`;
  const cases = [
    [`${hash}3340${sampleSignature}`, "9000"],
    [`${hash}330040${sampleSignature}`, "9000"],
    [`${hash}3340${sampleSignature.slice(0, -2)}A9`, "6D01"],
    [`${hash}333F${sampleSignature.slice(2)}`, "6D01"],
    [hash, "6A80"],
    [`${hash}3340${sampleSignature}8400`, "6A80"],
  ] as const;
  for (const [data, answer] of cases) {
    assert.equal(await sim.send(verifyInit), "9000");
    assert.equal(await sim.send(`802D8001${length(data)}${data}`), answer);
    await sim.send("802C0101");
  }
});

function withPair(attributes: Record<string, number>): Partial<ProfileInput> {
  return { keyPairs: [{ privateId: "01", publicId: "01", privateKey: rfc6979Key, ...attributes }] };
}

function length(data: string): string {
  return (data.length / 2).toString(16).padStart(2, "0");
}

function verifies(point: string, message: string, signature: string): boolean {
  const coordinate = (hex: string) => Buffer.from(hex, "hex").toString("base64url");
  const key = { kty: "EC", crv: "P-256", x: coordinate(point.slice(0, 64)), y: coordinate(point.slice(64)) };
  const publicKey = { key, format: "jwk", dsaEncoding: "ieee-p1363" } as const;
  return verify("sha256", encodeUtf8(message), publicKey, fromHex(signature));
}
