import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsSchema } from "../../../src/sandbox/card/settings.ts";
import { toHex } from "../../../src/util/bytes.ts";
import {
  fileContent,
  HexSim,
  rfc6979Key,
  rfc6979Point,
  sampleDigest,
  sampleSignature,
  selectedSim,
  testProfile,
} from "../../support/virtual-sim.ts";

const init = "802A00010D840101A1010391020001920104";
const update = `802B8001229E20${sampleDigest}`;
const close = "802A0101";
const applicationInformation = "80CB000044";
const privateKeyEntry = "74024B318401016001024A01014B01134E0101610103920104910200016F0100";
const fileEntry = "7302434C8301026001014A01012101022002010E";

/** Each setting has tests here; the last test holds the list against the schema. */
const tested = new Set<string>();

function setting(name: string, behaviour: string, run: () => Promise<void>): void {
  tested.add(name.split(".")[0] ?? "");
  test(`${name}: ${behaviour}`, run);
}

setting("lengths", "strict refuses a stray 00 before Le with 6700, lenient takes it", async () => {
  const stray = `${update.slice(0, 10).replace("22", "05")}9B03ABCDEF0000`;
  const fullText = "802A00010D840101A1010191020001920104";
  const strict = await selectedSim({ lengths: "strict" });
  await strict.send(fullText);
  assert.equal(await strict.send(stray), "6700");
  const lenient = await selectedSim({ lengths: "lenient" });
  await lenient.send(fullText);
  assert.equal(await lenient.send(stray), "6142");
});

setting("lengths", "strict refuses to give more than waits, lenient gives what there is", async () => {
  const strict = await selectedSim({ lengths: "strict" });
  assert.equal(await strict.send("80CBC20003850101"), "6120");
  assert.equal(await strict.send("80C0000021"), "6C20");
  assert.match(await strict.send("80C0000020"), /9000$/);
  const lenient = await selectedSim({ lengths: "lenient" });
  await lenient.send("80CBC20003850101");
  assert.match(await lenient.send("80C0000021"), /9000$/);
});

setting("lengths", "lenient reads a plain length byte above 7F", async () => {
  const longText = `9B90${"AB".repeat(0x90)}`;
  for (const [lengths, answer] of [
    ["strict", "6A80"],
    ["lenient", "6142"],
  ] as const) {
    const sim = await selectedSim({ lengths });
    await sim.send("802A00010D840101A1010191020001920104");
    assert.equal(await sim.send(`802B800192${longText}`), answer);
  }
});

setting("classes", "both are taken at first", async () => {
  const sim = await selectedSim();
  assert.match(await sim.send("0084000004"), /^.{8}9000$/);
  assert.match(await sim.send("8084000004"), /^.{8}9000$/);
});

setting("classes", "one alone refuses the other with 6E00, GET RESPONSE excepted", async () => {
  const proprietary = await selectedSim({ classes: "proprietary" });
  assert.equal(await proprietary.send("0084000004"), "6E00");
  assert.equal(await proprietary.send("80CBC20003850101"), "6120");
  assert.match(await proprietary.send("00C0000020"), /9000$/);
  const interIndustry = await selectedSim({ classes: "inter-industry" });
  assert.equal(await interIndustry.send("8084000004"), "6E00");
  assert.match(await interIndustry.send("0084000004"), /9000$/);
});

setting("answers", "61xx announces the answer to a command with data", async () => {
  const sim = await selectedSim();
  assert.equal(await sim.send("80CBC20003850101"), "6120");
  assert.match(await sim.send("80C0000020"), /^7502.*9000$/);
});

setting("answers", "9Fxx does the same in the old way", async () => {
  const sim = await selectedSim({ answers: "get-response-9f" });
  assert.equal(await sim.send("80CBC20003850101"), "9F20");
  assert.match(await sim.send("80C0000020"), /^7502.*9000$/);
});

setting("answers", "direct gives the answer at once", async () => {
  const sim = await selectedSim({ answers: "direct" });
  assert.match(await sim.send("80CBC2000385010100"), /^7502.*9000$/);
});

setting("largestAnswer", "bounds what READ FILE gives at a time", async () => {
  const sim = await selectedSim({ largestAnswer: 200 });
  assert.equal(await sim.send("80B0000003830102"), "61C8");
});

setting("wrongLe", "6Cxx names the right length of the application information", async () => {
  const sim = await selectedSim({ wrongLe: "6Cxx" });
  assert.equal(await sim.send("80CB000000"), "6C44");
  assert.equal((await sim.send(applicationInformation)).length, 2 * (68 + 2));
  assert.equal((await (await selectedSim()).send("80CB000000")).length, 2 * (68 + 2));
});

setting("selectAnswer", "none is a bare 9000, fci names the AID", async () => {
  assert.equal(await new HexSim().send("00A4040007A0000005590010"), "9000");
  const sim = new HexSim(testProfile({ selectAnswer: "fci" }));
  assert.equal(await sim.send("00A4040007A0000005590010"), "610B");
  assert.equal(await sim.send("00C000000B"), "6F098407A00000055900109000");
});

setting("proactive", "91xx takes the place of 9000", async () => {
  const sim = await selectedSim({ proactive: 0x17 });
  assert.match(await sim.send("8084000004"), /^.{8}9117$/);
});

setting("channels", "opening takes the lowest free one until none is left", async () => {
  const sim = new HexSim(testProfile({ channels: { total: 4, taken: [1] } }));
  assert.equal(await sim.send("0070000001"), "029000");
  assert.equal(await sim.send("0070000001"), "039000");
  assert.equal(await sim.send("0070000001"), "6A81");
});

setting("channels", "those from 4 up have class bytes of their own", async () => {
  const sim = new HexSim(testProfile({ channels: { total: 20, taken: [1, 2, 3] } }));
  assert.equal(await sim.send("0070000001"), "049000");
  assert.equal(await sim.send("40A4040007A0000005590010"), "9000");
  assert.match(await sim.send("C084000004"), /^.{8}9000$/);
  assert.equal(await sim.send("4170800400"), "6881");
  assert.equal(await sim.send("0070800400"), "9000");
});

/** In DER both INTEGERs get a zero in front: r begins with EF, s with F7. */
const signatureForms = [
  ["raw", `3340${sampleSignature}`],
  ["raw-two-byte-length", `330040${sampleSignature}`],
  ["der", `33483046022100${sampleSignature.slice(0, 64)}022100${sampleSignature.slice(64)}`],
] as const;

for (const [form, value] of signatureForms) {
  setting("signatureForm", `${form} gives ${value.slice(0, 6)}..`, async () => {
    const sim = await selectedSim({ signatureForm: form, answers: "direct" });
    assert.equal(await sim.send(init), "9000");
    assert.equal(await sim.send(update), `${value}9000`);
  });
}

setting("objectList", "bare runs the entries together", async () => {
  const sim = await selectedSim();
  const list = await sim.send("80CB010000");
  assert.ok(list.startsWith(`${privateKeyEntry}7402`), list);
  assert.ok(list.endsWith("760253318601016001014A01014B01A06101089401019000"), list);
});

setting("objectList", "a wrapper for each object", async () => {
  const list = await (await selectedSim({ objectList: "wrapper-per-object" })).ask("80CB010000");
  assert.ok(list.startsWith(`C120${privateKeyEntry}C120`), list);
  assert.ok(list.includes(`C314${fileEntry}C4`), list);
});

setting("objectList", "a wrapper for each class", async () => {
  const list = await (await selectedSim({ objectList: "wrapper-per-class" })).ask("80CB010000");
  assert.ok(list.startsWith(`C140${privateKeyEntry}7402`), list);
  assert.equal(list.match(/C260|C314/g)?.length, 2, list);
});

setting("objectsPerPage", "6300 until the last page, P2 = 01 goes on, P2 = 00 begins again", async () => {
  const sim = await selectedSim({ objectsPerPage: 3 });
  const whole = await (await selectedSim()).ask("80CB010000");
  for (let round = 0; round < 2; round++) {
    const first = await sim.ask("80CB010000");
    assert.match(first, /6300$/);
    const second = await sim.ask("80CB010100");
    assert.match(second, /6300$/);
    const third = await sim.ask("80CB010100");
    assert.equal(first.slice(0, -4) + second.slice(0, -4) + third, whole);
  }
  assert.equal(await sim.ask("80CB010100"), "6A86");
});

setting("singleObject", "bare or in its wrapper", async () => {
  const command = "80CBC30003830102";
  assert.equal(await (await selectedSim()).ask(command), `${fileEntry}9000`);
  assert.equal(await (await selectedSim({ singleObject: "wrapped" })).ask(command), `C314${fileEntry}9000`);
});

setting("applicationTags", "61 and 6F, or 90 and 93", async () => {
  assert.match(await (await selectedSim()).send(applicationInformation), /610103910200019201046F0100940100B701019000$/);
  const old = await (await selectedSim({ applicationTags: "90/93" })).send(applicationInformation);
  assert.match(old, /90010391020001920104930100940100B701019000$/);
});

setting("appletIdLength", "one too big is announced and not sent", async () => {
  const id = "0123456789ABCDEF".repeat(4);
  assert.ok((await (await selectedSim()).send(applicationInformation)).startsWith(`1001101120${id}B1`));
  const quirk = await (await selectedSim({ appletIdLength: "one-too-big" })).send("80CB000000");
  assert.ok(quirk.startsWith(`1001101121${id}B1`));
});

setting("signatureAlgorithmLength", "malformed says two bytes and sends one", async () => {
  const entry = await (await selectedSim({ signatureAlgorithmLength: "malformed" })).ask("80CBC10003840101");
  assert.match(entry, /92020491020001/);
});

setting("generationAnswer", "identifiers and key, or the key alone", async () => {
  assert.match(await (await selectedSim()).ask("80B9000003840104"), /^84010485010434454943864104.{128}9000$/);
  const alone = await selectedSim({ generationAnswer: "key-only" });
  assert.match(await alone.ask("80B9000003840104"), /^34454943864104.{128}9000$/);
});

setting("generationIds", "changed ones are in the answer and name the pair afterwards", async () => {
  const sim = await selectedSim({ generationIds: "changed" });
  assert.match(await sim.ask("80B9000003840104"), /^8401148501143445/);
  assert.equal(await sim.ask("80CD000003850104"), "6A82");
  assert.match(await sim.ask("80CD000003850114"), /^34454943864104/);
});

setting("publicKeyForm", "the template, or the bare point", async () => {
  const command = "80CD000003850101";
  assert.equal(await (await selectedSim()).ask(command), `344549438641${rfc6979Point}9000`);
  assert.equal(await (await selectedSim({ publicKeyForm: "bare-point" })).ask(command), `${rfc6979Point}9000`);
});

for (const [endOfFile, answer] of [
  ["6A86", "6A86"],
  ["6981", "6981"],
  ["empty", "9000"],
] as const) {
  setting("endOfFile", `${endOfFile} after the last byte`, async () => {
    const sim = await selectedSim({ endOfFile });
    assert.equal(await sim.ask("80B0010D03830102"), `${toHex(fileContent.slice(269)).toUpperCase()}9000`);
    assert.equal(await sim.ask("80B0010E03830102"), answer);
  });
}

setting("sessions.count", "an open session is not opened again, nor one more than there are", async () => {
  const sim = await selectedSim();
  assert.equal(await sim.send(init), "9000");
  assert.equal(await sim.send(init), "6985");
  assert.equal(await sim.send(init.replace("2A0001", "2A0002")), "6985");
  assert.equal(await sim.send(close), "9000");
  assert.equal(await sim.send(init), "9000");
  const two = await selectedSim({ sessions: { count: 2 } });
  assert.equal(await two.send(init), "9000");
  assert.equal(await two.send(init.replace("2A0001", "2A0002")), "9000");
  assert.match(await two.send(applicationInformation), /B701029000$/);
});

setting("sessions.refusal", "6A86 while a session is stuck", async () => {
  const sim = await selectedSim({ sessions: { refusal: "6A86" } });
  await sim.send(init);
  assert.equal(await sim.send(init), "6A86");
});

setting("sessions.numbers", "from 0 or from 1, others are 6A86", async () => {
  const fromZero = await selectedSim({ sessions: { numbers: "from-0" } });
  assert.equal(await fromZero.send(init), "6A86");
  assert.equal(await fromZero.send(init.replace("2A0001", "2A0000")), "9000");
  const fromOne = await selectedSim({ sessions: { numbers: "from-1" } });
  assert.equal(await fromOne.send(init.replace("2A0001", "2A0000")), "6A86");
  assert.equal(await fromOne.send(init), "9000");
});

const openSecondChannel = ["0070000001", "01A4040007A0000005590010"];

setting(
  "sessions.scope",
  "sessions of the applet are seen from every channel, those of a channel are not",
  async () => {
    for (const [scope, answer] of [
      ["applet", "6985"],
      ["channel", "9000"],
    ] as const) {
      const sim = await selectedSim({ sessions: { scope } });
      await sim.send(init);
      for (const command of openSecondChannel) await sim.send(command);
      assert.equal(await sim.send(`81${init.slice(2)}`), answer);
    }
  },
);

setting("sessions.endWithSelection", "a session ends with its channel, or stays until the power goes", async () => {
  for (const [endWithSelection, answer] of [
    [true, "9000"],
    [false, "6985"],
  ] as const) {
    const sim = new HexSim(testProfile({ sessions: { endWithSelection } }));
    for (const command of openSecondChannel) await sim.send(command);
    await sim.send(`81${init.slice(2)}`);
    await sim.send("0070800100");
    for (const command of openSecondChannel) await sim.send(command);
    assert.equal(await sim.send(`81${init.slice(2)}`), answer);
    sim.sim.power("reset");
    for (const command of openSecondChannel) await sim.send(command);
    assert.equal(await sim.send(`81${init.slice(2)}`), "9000");
  }
});

setting(
  "sessions.endWithLastBlock",
  "a finished session is opened again without a close, or must be closed",
  async () => {
    for (const [endWithLastBlock, answer] of [
      [true, "9000"],
      [false, "6985"],
    ] as const) {
      const sim = await selectedSim({ sessions: { endWithLastBlock } });
      await sim.send(init);
      assert.equal(await sim.send(update), "6142");
      assert.equal(await sim.send(init), answer);
      await sim.send(close);
      assert.equal(await sim.send(init), "9000");
    }
  },
);

setting("sessions.closingUnopened", "closing what isn't open is 9000 or 6985", async () => {
  assert.equal(await (await selectedSim()).send(close), "9000");
  assert.equal(await (await selectedSim({ sessions: { closingUnopened: "6985" } })).send(close), "6985");
});

setting("remoteAdministration", "6984 for a while, then 63CF once", async () => {
  const sim = await selectedSim({ remoteAdministration: { refusals: 2 } });
  assert.equal(await sim.send(applicationInformation), "6984");
  assert.equal(await sim.send("00A4040007A0000005590010"), "9000");
  assert.equal(await sim.send("8084000004"), "6984");
  assert.match(await sim.send("8084000004"), /^.{8}63CF$/);
  assert.match(await sim.send("8084000004"), /^.{8}9000$/);
});

setting("remoteAdministration", "the keys may be other ones afterwards, and are saved", async () => {
  const saved: unknown[] = [];
  const profile = testProfile({ remoteAdministration: { refusals: 1, newKeys: true } });
  const sim = await new HexSim(profile, { save: async (changed) => void saved.push(changed) }).selected();
  await sim.send("8084000004");
  await sim.send("8084000004");
  const key = await sim.ask("80CD000003850101");
  assert.match(key, /9000$/);
  assert.ok(!key.includes(rfc6979Point));
  assert.equal(saved.length, 1);
  assert.notEqual(sim.sim.profile.keyPairs[0]?.privateKey, rfc6979Key);
});

setting("delayMs", "a fixed time for an INS goes before everything else", async () => {
  const sim = await selectedSim({ delayMs: { "84": 700 } });
  let answered = false;
  const answer = sim.send("8084000004").then(() => {
    answered = true;
  });
  await sim.time.advance(699);
  assert.equal(answered, false);
  await sim.time.advance(1);
  await answer;
  assert.match(await sim.send(applicationInformation), /9000$/);
});

test("every setting of the schema is tested here", () => {
  assert.deepEqual([...tested].sort(), Object.keys(settingsSchema.shape).sort());
});
