import assert from "node:assert/strict";
import { test } from "node:test";
import { OperationQueue, type QueueRequest } from "../../src/smartcard/operation-queue.ts";
import { settle, VirtualTime } from "../support/virtual-time.ts";

/** A queue whose operations last until they are told to end. */
function queue() {
  const time = new VirtualTime();
  const operations = new OperationQueue(time, () => time.now());
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (name: string, request: QueueRequest) =>
    operations.add<string>(request, async ({ resolve }) => {
      started.push(name);
      await new Promise<void>((end) => ends.set(name, end));
      resolve(name);
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await settle();
  };
  return { time, operations, started, add, end };
}

test("one operation at a time, handshake before EST before CLI", async () => {
  const { started, add, end } = queue();
  const all = [
    add("first", { priority: "cli" }),
    add("cli", { priority: "cli" }),
    add("est", { priority: "est" }),
    add("handshake", { priority: "handshake" }),
  ];
  await settle();
  for (const name of ["handshake", "est", "first", "cli"]) {
    assert.equal(started.at(-1), name);
    await end(name);
  }
  assert.deepEqual(await Promise.all(all), ["first", "cli", "est", "handshake"]);
});

test("within a priority the earlier deadline goes first, then the earlier arrival", async () => {
  const { started, add, end } = queue();
  const busy = add("busy", { priority: "handshake" });
  await settle();
  const rest = [
    add("none", { priority: "est" }),
    add("late", { priority: "est", deadlineMs: 900 }),
    add("soon", { priority: "est", deadlineMs: 100 }),
    add("soon too", { priority: "est", deadlineMs: 100 }),
  ];
  for (const name of ["busy", "soon", "soon too", "late", "none"]) await end(name);
  await Promise.all([busy, ...rest]);
  assert.deepEqual(started, ["busy", "soon", "soon too", "late", "none"]);
});

test("an operation under way is not interrupted by a more urgent one", async () => {
  const { started, add, end } = queue();
  const cli = add("cli", { priority: "cli" });
  await settle();
  const urgent = add("urgent", { priority: "handshake" });
  await settle();
  assert.deepEqual(started, ["cli"]);
  await end("cli");
  await end("urgent");
  assert.deepEqual(await Promise.all([cli, urgent]), ["cli", "urgent"]);
});

test("aborting takes a waiting operation out of the queue", async () => {
  const { started, add, end } = queue();
  const busy = add("busy", { priority: "cli" });
  await settle();
  const abort = new AbortController();
  const waiting = add("waiting", { priority: "cli", signal: abort.signal });
  abort.abort(new Error("handshake is dead"));
  await assert.rejects(waiting, { code: "CARD_CANCELLED" });
  await end("busy");
  await busy;
  assert.deepEqual(started, ["busy"]);
});

test("aborting an operation under way discards its answer and still waits for its end", async () => {
  const { started, add, end } = queue();
  const abort = new AbortController();
  const running = add("running", { priority: "cli", signal: abort.signal });
  await settle();
  const next = add("next", { priority: "cli" });
  abort.abort();
  await assert.rejects(running, { code: "CARD_CANCELLED" });
  await settle();
  assert.deepEqual(started, ["running"]);
  await end("running");
  assert.deepEqual(started, ["running", "next"]);
  await end("next");
  assert.equal(await next, "next");
});

test("an operation that is aborted before it is added never starts", async () => {
  const { started, add } = queue();
  await assert.rejects(add("dead", { priority: "cli", signal: AbortSignal.abort() }), { code: "CARD_CANCELLED" });
  await settle();
  assert.deepEqual(started, []);
});

test("a deadline says whether the operation was still waiting or the card was slow", async () => {
  const { time, started, add, end } = queue();
  const slow = add("slow", { priority: "handshake", deadlineMs: 1000 });
  const waiting = add("waiting", { priority: "cli", deadlineMs: 500 });
  const refused = Promise.all([
    assert.rejects(waiting, { code: "CARD_DEADLINE", message: /waiting behind/ }),
    assert.rejects(slow, { code: "CARD_DEADLINE", message: /not answered yet/ }),
  ]);
  await time.advance(1000);
  await refused;
  await end("slow");
  assert.deepEqual(started, ["slow"]);
  assert.equal(time.armed, 0);
});

test("no timer and no abort listener stays behind a finished operation", async () => {
  const { time, operations, add, end } = queue();
  const abort = new AbortController();
  const done = add("done", { priority: "est", deadlineMs: 1000, signal: abort.signal });
  await settle();
  await end("done");
  await done;
  await operations.idle();
  assert.equal(time.armed, 0);
  abort.abort();
});

test("an operation added at any turn around the end of another one is run", async () => {
  for (let turns = 0; turns < 12; turns++) {
    const time = new VirtualTime();
    const operations = new OperationQueue(time, () => time.now());
    const run = () => operations.add<string>({ priority: "cli" }, async ({ resolve }) => resolve("done"));
    const first = run();
    for (let i = 0; i < turns; i++) await Promise.resolve();
    assert.deepEqual(await Promise.all([first, run()]), ["done", "done"]);
  }
});

test("work that throws refuses its own caller, and the queue goes on", async () => {
  const time = new VirtualTime();
  const operations = new OperationQueue(time, () => time.now());
  const broken = operations.add({ priority: "cli" }, () => Promise.reject(new Error("bug")));
  const next = operations.add<string>({ priority: "cli" }, async ({ resolve }) => resolve("done"));
  await assert.rejects(broken, /bug/);
  assert.equal(await next, "done");
});
