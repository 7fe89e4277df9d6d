import assert from "node:assert/strict";
import { test } from "node:test";
import { type ApduVector, apduVectors, HexSim, testProfile } from "../../support/virtual-sim.ts";

/** INS of commands that this applet does not have. */
const absent = ["24", "D8", "46", "48", "4A"];

const isAbsent = ({ command }: ApduVector) => absent.includes(command.slice(2, 4));
const verifyInit = "802C00010D850101A1010391020001920104";

test("computed vectors for the commands that exist are answered byte for byte", async () => {
  const present = apduVectors("computed").filter((vector) => !isAbsent(vector));
  const sim = await new HexSim(testProfile({ answers: "direct" })).selected();
  for (const { name, command, response } of present) {
    if (command.startsWith("802D")) assert.equal(await sim.send(verifyInit), "9000", name);
    assert.equal(await sim.send(command), response, name);
  }
  assert.equal(present.length, 6);
});

test("computed vectors come out the same through 61xx and GET RESPONSE", async () => {
  const sim = await new HexSim().selected();
  for (const { name, command, response } of apduVectors("computed").filter((vector) => !isAbsent(vector))) {
    if (command.startsWith("802D")) await sim.send(verifyInit);
    assert.equal(await sim.ask(command), response, name);
  }
});

test("commands that this applet does not have are answered 6D00", async () => {
  const sim = await new HexSim().selected();
  for (const { name, command } of apduVectors("computed").filter(isAbsent)) {
    assert.equal(await sim.send(command), "6D00", name);
  }
});

/** The hosts' own AIDs; the stand-in that they ran against took every one. */
const aids = { thales: "A00000003053F12401770101495341", wolfssl: "A0000005590010", orange: "A0000005590010" };

async function hostSim(host: keyof typeof aids, lengths: "strict" | "lenient"): Promise<HexSim> {
  const keyPairs = [
    { label: "K1", privateId: "01", publicId: "01", privateKey: testProfile().keyPairs[0]?.privateKey ?? "" },
    { label: "E4", privateId: "04", publicId: "04", type: 0x14 },
  ];
  const hostSettings = { lengths, sessions: { count: 4 } };
  return new HexSim(testProfile(hostSettings, { aid: aids[host], keyPairs }));
}

/** A host's commands less those that don't exist here and the GET RESPONSE that follows them. */
function commandsOf(host: string): readonly ApduVector[] {
  const all = apduVectors("hostEmitted").filter(({ set }) => set === host);
  return all.filter((vector, i) => {
    const before = all[i - 1];
    return !isAbsent(vector) && !(vector.command.slice(2, 4) === "C0" && before !== undefined && isAbsent(before));
  });
}

for (const host of ["thales", "wolfssl", "orange"] as const) {
  const vectors = commandsOf(host);

  test(`every command of the ${host} host is taken in lenient mode`, async () => {
    const sim = await hostSim(host, "lenient");
    for (const vector of vectors) {
      const answer = await sim.send(vector.command);
      const refusal = `${vector.name} ${vector.command} answered ${answer}`;
      if (vector.response === "6D01") assert.equal(answer, "6D01", refusal);
      else assert.match(answer, /(9000|61..)$/, refusal);
    }
  });

  test(`strict mode refuses exactly the quirks of the ${host} host, with 6700`, async () => {
    const sim = await hostSim(host, "strict");
    for (const vector of vectors) {
      const answer = await sim.send(vector.command);
      const malformed = vector.quirk?.startsWith("malformed length") ?? false;
      assert.equal(answer === "6700", malformed, `${vector.name} ${vector.command} answered ${answer}`);
    }
  });
}

test("a card without the applet answers as the real one of the trace", async () => {
  const sim = new HexSim(testProfile({}, { appletInstalled: false }));
  for (const { name, command, response } of apduVectors("realCard").filter(({ set }) => set === "card-D-no-applet")) {
    assert.equal(await sim.send(command), response, name);
  }
  assert.equal(sim.sim.pinAttempts, 0);
});
