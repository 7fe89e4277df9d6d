import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AgentEvent } from "../../../src/agent/agent-event.ts";
import type { CardAccess } from "../../../src/agent/control/card-access.ts";
import { ControlSession } from "../../../src/agent/control/control-session.ts";
import { EventFeed } from "../../../src/agent/control/event-feed.ts";
import { toHex } from "../../../src/util/bytes.ts";
import { FakeAgentControl } from "../../support/fake-agent-control.ts";
import { settle } from "../../support/virtual-time.ts";

const card: CardAccess = {
  info: async (uri) => ({ aid: uri, application: {}, objects: [] }),
  random: async (uri, length) => `${uri} ${length}`,
  sign: async (uri, message) => ({ scheme: uri, signature: toHex(message), publicKey: "" }),
};

class Client {
  readonly agent = new FakeAgentControl();
  readonly feed = new EventFeed();
  readonly heard: string[] = [];
  ended = false;
  readonly session: ControlSession;

  constructor() {
    const connection = {
      send: (line: string) => void this.heard.push(line),
      end: () => {
        this.ended = true;
      },
    };
    this.session = new ControlSession(connection, { agent: this.agent, card, cardUri: "iotsafe:?own" }, this.feed);
  }

  async say(...lines: string[]): Promise<unknown[]> {
    for (const line of lines) this.session.line(line);
    await settle();
    return this.heard.splice(0).map((line) => JSON.parse(line));
  }
}

const done = { result: null };
const event = (type: "updated" | "asleep", server: number): AgentEvent =>
  type === "asleep" ? { type, server, reason: "r" } : { type, server, reason: "r", location: [] };

test("each command does what it says", async () => {
  const client = new Client();
  const lines = [
    "update 1",
    "reconnect",
    "reconnect 2",
    "disable 1",
    "enable 1",
    "offline",
    "online",
    "bootstrap",
    "send /3/0 /6",
    "send 2 /3/0",
    "write /3303/0/5750 living  room ",
    'write-json /3303/0 {"5750": "x\\ny", "5": {"0": 1, "1": true}}',
    'write-json /3303/0/5750 "{"',
    "delete /3303/0",
    "execute /3/0/4",
    "execute /3/0/4 0='a b',1",
  ];
  assert.deepEqual(
    await client.say(...lines),
    lines.map(() => done),
  );
  assert.deepEqual(client.agent.asked, [
    "update 1",
    "reconnect undefined",
    "reconnect 2",
    "disable 1",
    "enable 1",
    "offline",
    "online",
    "bootstrap",
    "send /3/0+/6 undefined",
    "send /3/0 2",
    'write /3303/0/5750 "living  room "',
    'write /3303/0 {"5":{"0":"1","1":"1"},"5750":"x\\ny"}',
    'write /3303/0/5750 "{"',
    "delete /3303/0",
    "execute /3/0/4 ",
    "execute /3/0/4 0='a b',1",
  ]);
});

test("what is asked for is the result, an error has its code", async () => {
  const client = new Client();
  assert.deepEqual(
    await client.say(
      "read /3303/0/5700",
      "create /3303",
      'create /3303 {"5750":"x"}',
      "attributes 1",
      "observations 1",
    ),
    [
      { result: [{ path: "/3303/0/5700", type: "float", value: "21.5" }] },
      { result: { path: "/3303/7" } },
      { result: { path: "/3303/7" } },
      { result: [{ path: "/3/0", attributes: { pmin: 5 } }] },
      { result: [{ path: "/3/0/9", nextAt: 70_000, stored: 0 }] },
    ],
  );
  assert.deepEqual(await client.say("read /1/9", "update 9"), [
    { error: { code: "COAP_4.04", message: "no resource /1/9" } },
    { error: { code: "NO_SUCH_SERVER", message: "no server 9; there are: 1" } },
  ]);
  const [status] = await client.say("status");
  assert.match(JSON.stringify(status), /"lastError":\{"code":"COAP_TIMEOUT","message":"no answer"\}/);
});

test("card commands use the agent's card when they name none", async () => {
  const client = new Client();
  assert.deepEqual(await client.say("card-info", "card-random 4 iotsafe:", "card-sign 00ff"), [
    { result: { aid: "iotsafe:?own", application: {}, objects: [] } },
    { result: { random: "iotsafe: 4" } },
    { result: { scheme: "iotsafe:?own", signature: "00ff", publicKey: "" } },
  ]);
});

test("a line that is no command is answered with what was expected", async () => {
  const client = new Client();
  const refused = (message: string) => ({ error: { code: "BAD_COMMAND", message } });
  const answers = await client.say("dance", "update", "update one", "offline now", "create /3 1");
  assert.deepEqual(answers, [
    refused('no command "dance"; help lists them'),
    refused("expected: update SERVER"),
    refused("expected: update SERVER"),
    refused("expected: offline"),
    refused("expected: create PATH [JSON]"),
  ]);
  const [noJson] = await client.say("write-json /3 {");
  assert.match(JSON.stringify(noJson), /"BAD_COMMAND","message":"JSON of texts expected: write-json PATH JSON: /);
});

test("whatever comes, each line has one answer of one line", async () => {
  const client = new Client();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
      for (const name of ["", "write ", "write-json /3 ", "send ", "card-sign ", "create /3 ", "constructor "]) {
        const line = `${name}${text}`.replaceAll("\n", " ");
        client.session.line(line);
        await settle();
        const answers = client.heard.splice(0);
        assert.equal(answers.length, line.trim() === "" ? 0 : 1);
        for (const answer of answers) assert.match(answer, /^\{"(result|error)":[^\n]*\}$/);
      }
    }),
    { seed: 8, numRuns: 40 },
  );
});

test("answers come in the order of the commands, and no more than 64 wait", async () => {
  const client = new Client();
  let open = () => {};
  client.agent.gate = new Promise((resolve) => {
    open = resolve;
  });
  const answers = await client.say(...Array.from({ length: 65 }, () => "read /3303/0/5700"));
  assert.deepEqual(answers, [{ error: { code: "BUSY", message: "64 commands wait already" } }]);
  client.session.inputEnded();
  open();
  assert.equal((await client.say()).length, 64);
  assert.ok(client.ended, "nothing more to say");
});

test("events come as they are, those that were asked for, and the recent ones first", async () => {
  const client = new Client();
  client.feed.tell(event("updated", 1));
  client.feed.tell(event("asleep", 1));
  assert.deepEqual(await client.say("events recent updated"), [
    { result: { following: ["updated"] } },
    { event: "updated", server: 1, reason: "r", location: [] },
  ]);
  client.feed.tell(event("asleep", 2));
  client.feed.tell(event("updated", 2));
  assert.deepEqual(await client.say(), [{ event: "updated", server: 2, reason: "r", location: [] }]);
  assert.deepEqual(await client.say("events"), [{ result: { following: "all" } }]);
  client.feed.tell(event("asleep", 3));
  assert.equal((await client.say()).length, 1, "told once, not twice");
  client.session.inputEnded();
  await settle();
  assert.ok(!client.ended);
  assert.match(client.session.tooSlow(), /"code":"TOO_SLOW"/);
  client.feed.tell(event("asleep", 4));
  assert.deepEqual(await client.say(), []);
});

test("help lists every command", async () => {
  const [answer] = await new Client().say("help");
  const usages = JSON.stringify(answer).match(/"usage":"[a-z-]+/g) ?? [];
  assert.equal(usages.length, 21);
});
