import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TopicSession } from "../../../src/agent/custom-objects/topic-session.ts";
import { settle } from "../../support/virtual-time.ts";
import { ObjectsBench, problemsOf } from "./bench-objects.ts";

const mapping = {
  topicSocket: "/t.sock",
  instances: {
    "/32770/0": {
      0: { topic: "room/level", timeout: 5 },
      1: { topic: "note" },
      2: { topic: "press" },
      6: { topic: "order" },
    },
  },
};

class Program {
  readonly heard: string[] = [];
  readonly session: TopicSession;

  constructor(bench: ObjectsBench) {
    const connection = { send: (line: string) => void this.heard.push(line), end: () => {} };
    this.session = new TopicSession(connection, bench.topics);
  }

  say(line: string): string[] {
    this.session.line(line);
    return this.heard.splice(0);
  }
}

test("what a program publishes is the value, and observers hear of a change", async () => {
  const bench = new ObjectsBench(mapping);
  const program = new Program(bench);
  const seen = bench.changes();
  assert.equal(await bench.device.code("GET", "/32770/0/0"), "4.04", "nothing was published yet");
  assert.deepEqual(program.say("publish room/level 21"), ["ok"]);
  assert.deepEqual(program.say("publish room/level 21"), ["ok"]);
  assert.deepEqual(program.say("publish note two\\nlines \\\\ one"), ["ok"]);
  assert.deepEqual(seen, ["/32770/0/0", "/32770/0/1"]);
  assert.equal(await bench.device.text("GET", "/32770/0/0"), "2.05 21");
  assert.equal(await bench.device.text("GET", "/32770/0/1"), "2.05 two\nlines \\ one");
});

test("a line that cannot be followed is answered with what was expected", () => {
  const program = new Program(new ObjectsBench(mapping));
  const expected = "publish TOPIC VALUE, subscribe TOPIC, done ID or failed ID REASON expected";
  for (const line of ["", "publish", "shout loud", "__proto__ x", "constructor x"]) {
    assert.deepEqual(program.say(line), [`error BAD_LINE ${expected}`], line);
  }
  assert.deepEqual(program.say("publish nothing 1"), [
    "error NO_SUCH_TOPIC no topic of that name in the configuration; there are: room/level, note, press, order",
  ]);
  assert.deepEqual(program.say("publish room/level warm"), [
    "error BAD_VALUE text/plain: the text is not of type integer",
  ]);
  assert.deepEqual(program.say("publish press 1"), ["error NOT_PUBLISHED topic press is not for reading"]);
  assert.deepEqual(program.say("publish note a\\tb"), [
    "error BAD_LINE after a backslash n, r or a backslash expected",
  ]);
  assert.deepEqual(program.say("done 1"), ["error BAD_ID no write or execute of that id waits for an answer"]);
});

test("no line whatever breaks the session", () => {
  const program = new Program(new ObjectsBench(mapping));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      for (const verb of ["", "publish note ", "publish room/level ", "subscribe ", "done ", "failed "]) {
        const answers = program.say(`${verb}${text}`);
        assert.equal(answers.length, 1);
        assert.match(answers[0] ?? "", /^(ok$|error [A-Z_]+ .+)/s);
        assert.doesNotMatch(answers[0] ?? "", /[\r\n]/);
      }
    }),
    { seed: 4, numRuns: 200 },
  );
});

test("a subscriber takes what servers write and execute, and its word decides", async () => {
  const bench = new ObjectsBench(mapping);
  const program = new Program(bench);
  for (const topic of ["room/level", "note", "press"]) assert.deepEqual(program.say(`subscribe ${topic}`), ["ok"]);
  const written = bench.device.code("PUT", "/32770/0/1", { payload: "a\nb" });
  await settle();
  assert.deepEqual(program.heard.splice(0), ["write 1 note a\\nb"]);
  assert.deepEqual(program.say("done 1"), []);
  assert.equal(await written, "2.04");
  assert.equal(await bench.device.text("GET", "/32770/0/1"), "2.05 a\nb");
  const pressed = bench.device.code("POST", "/32770/0/2", { payload: "0='x',5" });
  await settle();
  assert.deepEqual(program.heard.splice(0), ["execute 2 press 0='x',5"]);
  program.say("failed 2 out of paper");
  assert.equal(await pressed, "5.00");
});

test("without a subscriber, without an answer in time and when it goes, the server learns that it failed", async () => {
  const bench = new ObjectsBench(mapping);
  const program = new Program(bench);
  assert.equal(await bench.device.code("PUT", "/32770/0/0", { payload: "1" }), "5.03");
  program.say("subscribe room/level");
  const late = bench.device.code("PUT", "/32770/0/0", { payload: "1" });
  await bench.time.advance(5000);
  assert.equal(await late, "5.00");
  const orphan = bench.device.code("PUT", "/32770/0/0", { payload: "1" });
  await settle();
  program.session.closed();
  assert.equal(await orphan, "5.00");
  assert.equal(await bench.device.code("PUT", "/32770/0/0", { payload: "1" }), "5.03");
  assert.equal(await bench.device.code("GET", "/32770/0/0"), "4.04", "a value that nobody took is not the value");
});

test("two resources share a topic when they are of one type", () => {
  const two = (resources: object) => problemsOf({ topicSocket: "/t", instances: { "/32770/0": resources } });
  assert.deepEqual(two({ 1: { topic: "x" }, 6: { topic: "x" } }), []);
  assert.deepEqual(two({ 0: { topic: "x" }, 1: { topic: "x" } }), [
    "topic x is mapped to resources of type integer and string",
  ]);
});
