import assert from "node:assert/strict";
import { test } from "node:test";
import { HexSim, selectedSim, testProfile } from "../../support/virtual-sim.ts";

test("a card knows no command of the applet before SELECT, and an unknown AID is 6A82", async () => {
  const sim = new HexSim();
  assert.equal(await sim.send("80CB000044"), "6D00");
  assert.equal(await sim.send("00A4040008A000000559001000"), "6A82");
  assert.equal(await sim.send("00A404000FA00000003053F12401770101495341"), "6A82");
  assert.equal(await sim.send("00A4040007A0000005590010"), "9000");
});

test("an AID may be cut on the right, down to five bytes", async () => {
  assert.equal(await new HexSim().send("00A4040005A000000559"), "9000");
  assert.equal(await new HexSim().send("00A4040004A0000005"), "6A82");
  assert.equal(await new HexSim().send("00A40400"), "6A82");
});

test("a refused SELECT leaves the applet selected", async () => {
  const sim = await selectedSim();
  assert.equal(await sim.send("00A4040005A000000001"), "6A82");
  assert.match(await sim.send("80CB000044"), /9000$/);
});

test("each channel has a selection of its own", async () => {
  const sim = await selectedSim();
  assert.equal(await sim.send("0070000001"), "019000");
  assert.equal(await sim.send("81CB000044"), "6D00");
  assert.equal(await sim.send("01A4040007A0000005590010"), "9000");
  assert.match(await sim.send("81CB000044"), /9000$/);
  assert.equal(await sim.send("0170800100"), "9000");
  assert.equal(await sim.send("81CB000044"), "6881");
  assert.match(await sim.send("80CB000044"), /9000$/);
});

test("the basic channel is never closed, and a channel that isn't open is 6881", async () => {
  const sim = new HexSim();
  assert.equal(await sim.send("0070800000"), "6A86");
  assert.equal(await sim.send("0070800200"), "6881");
  assert.equal(await sim.send("0270000001"), "6881");
  assert.equal(await sim.send("0070010001"), "6A86");
});

test("P2 = 00 closes the channel that the command came on", async () => {
  const sim = new HexSim();
  await sim.send("0070000001");
  assert.equal(await sim.send("0170800000"), "9000");
  assert.equal(await sim.send("0170800000"), "6881");
});

test("power off, power on and reset leave only the basic channel, with nothing selected", async () => {
  for (const event of ["off", "on", "reset"] as const) {
    const sim = await selectedSim();
    await sim.send("0070000001");
    sim.sim.power(event);
    assert.equal(await sim.send("80CB000044"), "6D00");
    assert.equal(await sim.send("0070000001"), "019000");
  }
});

test("class bytes out of use are refused by what is wrong with them", async () => {
  const sim = await selectedSim();
  for (const cla of ["20", "3F", "A0", "BF", "FF"]) assert.equal(await sim.send(`${cla}84000004`), "6E00", cla);
  for (const cla of ["04", "0C", "8C", "60", "E0"]) assert.equal(await sim.send(`${cla}84000004`), "6882", cla);
  for (const cla of ["10", "90", "50", "D0"]) {
    assert.match(await sim.send(`${cla}84000004`), /6884|6881/, cla);
  }
});

test("SELECT and MANAGE CHANNEL belong to the inter-industry class", async () => {
  const sim = await selectedSim();
  assert.equal(await sim.send("80A4040007A0000005590010"), "6D00");
  assert.equal(await sim.send("8070000001"), "6D00");
});

test("lengths that don't add up are 6700, extended ones too", async () => {
  const sim = await selectedSim();
  for (const bytes of [
    "00",
    "8084",
    "808400",
    "80CBC1000484",
    "80CBC10001840101",
    "8084000000 0020".replace(" ", ""),
  ]) {
    assert.equal(await sim.send(bytes), "6700", bytes);
  }
});

test("GET RESPONSE without anything waiting is 6985, and a command in between drops what waited", async () => {
  const sim = await selectedSim();
  assert.equal(await sim.send("00C0000010"), "6985");
  for (const between of ["8084000004", "8084010004", "80CBC10001840101", "00A4040005A000000001"]) {
    await sim.send("80CD000003850101");
    await sim.send(between);
    assert.equal(await sim.send("80C0000047"), "6985", between);
  }
});

test("GET RESPONSE may fetch in pieces; each says how much is left", async () => {
  const sim = await selectedSim();
  await sim.send("80CD000003850101");
  const first = await sim.send("80C0000040");
  assert.match(first, /6107$/);
  assert.match(await sim.send("80C0000007"), /9000$/);
});

test("what waits on one channel is not disturbed by another", async () => {
  const sim = await selectedSim();
  await sim.send("0070000001");
  await sim.send("80CD000003850101");
  await sim.send("01A4040007A0000005590010");
  assert.match(await sim.send("80C0000047"), /9000$/);
});

test("EF_ICCID is read through the file system, digits swapped", async () => {
  const sim = new HexSim(testProfile({}, { iccid: "8988303000000012345" }));
  assert.equal(await sim.send("00A4000C023F00"), "9000");
  assert.equal(await sim.send("00B000000A"), "6986");
  assert.match(await sim.ask("00A40004022FE2"), /^620C8202412183022FE28002000A9000$/);
  assert.equal(await sim.send("00B000000A"), "988803030000002143F59000");
  assert.equal(await sim.send("00B0000B01"), "6B00");
  assert.equal(await sim.send("00A4000C026F07"), "6A82");
});

test("commands that would be PIN tries at a USIM are counted", async () => {
  const sim = new HexSim();
  assert.equal(await sim.send("802A00010D840101A1010391020001920104"), "6D00");
  assert.equal(sim.sim.pinAttempts, 0);
  assert.equal(await sim.send("802400010385010500"), "63C2");
  assert.equal(await sim.send("002C000100"), "63C2");
  assert.equal(sim.sim.pinAttempts, 2);
});

test("odd commands of PC/SC tools are answered", async () => {
  const sim = await selectedSim();
  for (const command of [
    "00CA7F6800",
    "80CA9F7F00",
    "FFCA000000",
    "00B2010C00",
    "00200001",
    "80F2000000",
    "0084000008",
  ]) {
    assert.match(await sim.send(command), /(6D00|6E00|6A82|9000)$/, command);
  }
});
