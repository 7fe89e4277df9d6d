import type { AttemptMode } from "../../est/enrolment/enrolment-record.ts";
import { fromHex } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { AgentControl, LocalResources } from "./agent-control.ts";
import type { CardAccess } from "./card-access.ts";
import type { ControlWords } from "./control-words.ts";

export interface ControlTargets {
  readonly agent: AgentControl;
  /** Absent where no card is configured. */
  readonly card?: CardAccess;
  /** The card's URI when a command names none. */
  readonly cardUri?: string;
}

export interface ControlCommand {
  readonly usage: string;
  readonly does: string;
  run(words: ControlWords, targets: ControlTargets): unknown;
}

/** Everything that one line of the control socket can ask for; `events` is the session's own. */
export const controlCommands: ReadonlyMap<string, ControlCommand> = new Map(
  [
    command("status", "the agent, its servers, bootstrap and the card's figures", (words, { agent }) => {
      words.end();
      return agent.status();
    }),
    onServer("update SERVER", "send an Update now", (agent, server) => agent.update(server)),
    command("reconnect [SERVER]", "connect and register again", async (words, { agent }) => {
      const server = words.optionalServer();
      words.end();
      await agent.reconnect(server);
    }),
    onServer("disable SERVER", "de-register and leave the server alone", (agent, server) => agent.disable(server)),
    onServer("enable SERVER", "register again after disable", (agent, server) => agent.enable(server)),
    plain("offline", "no contact to any server until online", (agent) => agent.offline()),
    plain("online", "contact servers again", (agent) => agent.online()),
    plain("bootstrap", "ask the bootstrap server for accounts", (agent) => agent.bootstrap()),
    command("enrol [MODE]", "a new certificate now; MODE: new-key or same-key", async (words, { agent }) => {
      await agent.renewCertificate(attemptMode(words));
      return agent.status().enrolment;
    }),
    command("enrol-preview [MODE]", "what enrol would do", (words, { agent }) =>
      agent.previewRenewal(attemptMode(words)),
    ),
    command("send [SERVER] PATH...", "Send values to one server, or to each", async (words, { agent }) => {
      const all = words.words();
      const server = /^\d/.test(all[0] ?? "") ? Number(all.shift()) : undefined;
      if (all.length === 0 || (server !== undefined && !Number.isInteger(server))) words.fail();
      await agent.send(all, server);
    }),
    command("read PATH", "values at and below a path; / is everything", (words, { agent }) => {
      const path = words.word();
      words.end();
      return agent.read(path);
    }),
    command("write PATH TEXT", "one value, the rest of the line as it stands", async (words, { agent }) => {
      await agent.write(words.word(), words.rest());
    }),
    command(
      "write-json PATH JSON",
      'several: {"0": "a"}, or one that needs escapes: "a\\nb"',
      async (words, { agent }) => {
        await agent.write(words.word(), words.json());
      },
    ),
    command("create PATH [JSON]", 'an instance, with resources: {"5750": "kitchen"}', async (words, { agent }) => {
      const path = words.word();
      return { path: await agent.create(path, words.isEmpty ? undefined : resources(words)) };
    }),
    command("delete PATH", "an instance, or a resource instance", async (words, { agent }) => {
      const path = words.word();
      words.end();
      await agent.delete(path);
    }),
    command("execute PATH [ARGUMENTS]", "arguments as in LwM2M: 0='on',1", async (words, { agent }) => {
      await agent.execute(words.word(), words.rest());
    }),
    onServer("attributes SERVER", "what the server attached to paths", (agent, server) => agent.attributes(server)),
    onServer("observations SERVER", "with when each is next due", (agent, server) => agent.observations(server)),
    command("card-info [URI]", "the applet and its objects", (words, targets) => {
      const uri = cardUri(words, targets);
      return card(targets).info(uri);
    }),
    command("card-random LENGTH [URI]", "random bytes", async (words, targets) => {
      const length = words.server();
      const uri = cardUri(words, targets);
      return { random: await card(targets).random(uri, length) };
    }),
    command("card-sign HEX [URI]", "sign with its key", (words, targets) => {
      const message = fromHex(words.word());
      const uri = cardUri(words, targets);
      return card(targets).sign(uri, message);
    }),
  ].map((one) => [one.usage.split(" ")[0] ?? "", one]),
);

function command(usage: string, does: string, run: ControlCommand["run"]): ControlCommand {
  return { usage, does, run };
}

function plain(name: string, does: string, run: (agent: AgentControl) => Promise<void>): ControlCommand {
  return command(name, does, (words, { agent }) => {
    words.end();
    return run(agent);
  });
}

function onServer(
  usage: string,
  does: string,
  run: (agent: AgentControl, server: number) => Promise<unknown>,
): ControlCommand {
  return command(usage, does, (words, { agent }) => {
    const server = words.server();
    words.end();
    return run(agent, server);
  });
}

function attemptMode(words: ControlWords): AttemptMode | undefined {
  if (words.isEmpty) return undefined;
  const word = words.word();
  words.end();
  return word === "new-key" || word === "same-key" ? word : words.fail();
}

function resources(words: ControlWords): LocalResources {
  const given = words.json();
  return typeof given === "string" ? words.fail() : given;
}

function cardUri(words: ControlWords, { cardUri: configured = "iotsafe:" }: ControlTargets): string {
  const uri = words.isEmpty ? configured : words.word();
  words.end();
  return uri;
}

function card({ card: access }: ControlTargets): CardAccess {
  if (access) return access;
  throw new CodedError("NO_CARD", "the agent has no access to cards");
}
