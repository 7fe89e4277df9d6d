import assert from "node:assert/strict";
import { MessageType, Method } from "../../../../src/coap/message.ts";
import { OptionNumber } from "../../../../src/coap/options.ts";
import type { AtLeshan, Bench, Procedure } from "../bench.ts";
import { assertValues, instance, multiple } from "../nodes.ts";
import { portfolio } from "../objects.ts";
import { pause } from "../pause.ts";
import type { PassedMessage } from "../relay.ts";
import { isRequest, numberIn } from "../wire.ts";

/** Seconds; the ETS prints 5 and 15, 10 and 20 for the two resources, and 30 and 45 for composites. */
const [pmin, pmax] = [1, 3] as const;
const slack = 0.5;

/** ETS 1.1-int-301 to 305 and 308 to 310: Observe, Notify, and their ends. */
export const reporting: Readonly<Record<string, Procedure>> = {
  "1.1-int-301": async (bench) => {
    const { device, leshan } = await observedPower(bench);
    const startedAt = performance.now();
    device.values.power([3700, 4900], [130, 910]);
    assert.deepEqual(await leshan.notified("/3/0/7"), { "/3/0/7/0": "3700", "/3/0/7/1": "4900" });
    assertBetween(performance.now() - startedAt, pmin, pmax, "a notification of a change");
    assert.deepEqual(await leshan.notified("/3/0/8"), { "/3/0/8/0": "130", "/3/0/8/1": "910" });
    for (const _ of [1, 2]) await leshan.notified("/3/0/7", pmax + 2);
    assertBetween(performance.now() - startedAt, 2 * pmin, 3 * pmax, "two more without a change");
  },
  "1.1-int-302": async (bench) => {
    const { wire, leshan } = await observedPower(bench);
    for (const path of ["/3/0/7", "/3/0/8"]) {
      await leshan.cancel(path, "passive");
      await wire.passed.waitFor(({ from, message }) => from === "server" && message.type === MessageType.RST, "Reset");
    }
    await assertSilence(bench, wire);
  },
  "1.1-int-303": async (bench) => {
    const { wire, leshan } = await observedPower(bench);
    for (const path of ["/3/0/7", "/3/0/8"]) {
      await leshan.cancel(path, "active");
      const isCancel = (passed: PassedMessage): boolean =>
        isRequest(Method.GET, path, "server")(passed) && numberIn(passed.message, OptionNumber.Observe) === 1;
      await wire.passed.waitFor(isCancel, "Observe=1");
    }
    await assertSilence(bench, wire);
  },
  "1.1-int-304": async (bench) => {
    const { leshan } = await bench.atLeshan();
    await leshan.attributes("/1/0/1", `pmin=${pmin}&pmax=${pmax}`);
    const startedAt = performance.now();
    const all = { "/1/0/1": "86400", "/3/0/11/0": "0", "/3/0/16": "U" };
    assert.deepEqual(await leshan.observeComposite(Object.keys(all)), all);
    assert.deepEqual(await leshan.compositeNotified(), all);
    assertBetween(performance.now() - startedAt, pmin, pmax, "a notification without a change");
  },
  "1.1-int-305": async (bench) => {
    const { wire, leshan } = await bench.atLeshan();
    await leshan.attributes("/1/0/1", `pmin=${pmin}&pmax=${pmax}`);
    const paths = ["/1/0/1", "/3/0/11/0", "/3/0/16"];
    await leshan.observeComposite(paths);
    await leshan.cancelComposite(paths, "active");
    await assertSilence(bench, wire);
  },
  "1.1-int-308": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [portfolio()] });
    await leshan.create("/16", identities(0, "aa", "bb", "cc", "dd"));
    await leshan.attributes("/16/0", `pmin=${pmin}&pmax=${pmax}`);
    const first = { "/16/0/0/0": "aa", "/16/0/0/1": "bb", "/16/0/0/2": "cc", "/16/0/0/3": "dd" };
    assert.deepEqual(await leshan.observeComposite(["/16/0", "/16/1"]), first);
    assert.deepEqual(await leshan.compositeNotified(), first);
    await leshan.create("/16", identities(1, "11", "22", "33", "44"));
    const second = { "/16/1/0/0": "11", "/16/1/0/1": "22", "/16/1/0/2": "33", "/16/1/0/3": "44" };
    assert.deepEqual(await leshan.compositeNotified(), { ...first, ...second });
  },
  "1.1-int-309": async (bench) => {
    const { leshan } = await bench.atLeshan({ objects: [portfolio()] });
    await leshan.create("/16", identities(0, "aa", "bb", "cc", "dd"));
    await leshan.create("/16", identities(1, "11", "22", "33", "44"));
    await leshan.attributes("/16/0", `pmin=${pmin}&pmax=${pmax}`);
    assert.equal(Object.keys(await leshan.observeComposite(["/16/0", "/16/1"])).length, 8);
    assert.equal(Object.keys(await leshan.compositeNotified()).length, 8);
    await leshan.delete("/16/1");
    const left = { "/16/0/0/0": "aa", "/16/0/0/1": "bb", "/16/0/0/2": "cc", "/16/0/0/3": "dd" };
    assert.deepEqual(await leshan.compositeNotified(), left);
  },
  "1.1-int-310": async (bench) => {
    const { leshan } = await bench.atLeshan({ server: { defaultMaximumPeriod: 10 } });
    assertValues(await leshan.observeComposite(["/1/0/3", "/3/0"]), { "/1/0/3": "10", "/3/0/16": "U" });
    await leshan.attributes("/3", "pmax=2");
    const startedAt = performance.now();
    for (const _ of [1, 2, 3]) assertValues(await leshan.compositeNotified(), { "/1/0/3": "10", "/3/0/16": "U" });
    assertBetween(performance.now() - startedAt, 1, 6, "three notifications with pmax 2");
  },
};

/** Power source voltage and current observed with pmin and pmax. */
async function observedPower(bench: Bench): Promise<AtLeshan> {
  const at = await bench.atLeshan();
  const { leshan } = at;
  assert.deepEqual(await leshan.read("/3/0/6"), { "/3/0/6/0": "1", "/3/0/6/1": "2" });
  await leshan.attributes("/3/0/7", `pmin=${pmin}&pmax=${pmax}`);
  await leshan.attributes("/3/0/8", `pmin=${pmin}&pmax=${pmax + 1}`);
  assert.deepEqual(await leshan.observe("/3/0/7"), { "/3/0/7/0": "3800", "/3/0/7/1": "5000" });
  assert.deepEqual(await leshan.observe("/3/0/8"), { "/3/0/8/0": "125", "/3/0/8/1": "900" });
  return at;
}

/** No notification for longer than pmax. */
async function assertSilence(bench: Bench, wire: AtLeshan["wire"]): Promise<void> {
  bench.trace.note("from here on no notification may come");
  await pause(200); // One that was under way.
  const isNotification = ({ from, message }: PassedMessage): boolean =>
    from === "device" && numberIn(message, OptionNumber.Observe) !== undefined;
  const before = wire.passed.unread().filter(isNotification).length;
  await pause(1000 * (pmax + 2));
  assert.equal(wire.passed.unread().filter(isNotification).length, before, "notifications after the end");
}

function assertBetween(milliseconds: number, least: number, most: number, what: string): void {
  const seconds = milliseconds / 1000;
  assert.ok(seconds >= least - slack && seconds <= most + 2, `${what}: after ${seconds} s, not ${least} to ${most} s`);
}

function identities(id: number, ...texts: string[]) {
  return instance(id, multiple(0, "string", Object.fromEntries(texts.entries())));
}
