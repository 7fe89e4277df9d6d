import assert from "node:assert/strict";
import { test } from "node:test";
import { AgentProcess } from "../../../src/sandbox/demo/agent-process.ts";

const { signal } = new AbortController();

test("a program that is not there is an error with its reason", async () => {
  const agent = new AgentProcess(["/nowhere/agent"], "agent.yaml");
  await assert.rejects(agent.next("registered", 60_000, signal), {
    code: "AGENT_FAILED",
    message: /ended before "registered".*ENOENT/s,
  });
  await agent.stop();
});

test("an agent that ignores SIGTERM, and whose child holds its outputs open, is ended all the same", async () => {
  const script = 'sleep 30 & trap "" TERM; echo "{\\"event\\":\\"up\\",\\"child\\":$!}"; wait; sleep 30';
  const agent = new AgentProcess(["/bin/sh", "-c", script], "agent.yaml", 100);
  const { child } = await agent.next("up", 60_000, signal);
  await agent.stop();
  process.kill(Number(child), "SIGKILL");
});

test("what does not come in its time is named", async () => {
  const agent = new AgentProcess(["/bin/sh", "-c", "sleep 30"], "agent.yaml", 100);
  await assert.rejects(agent.next("registered", 50, signal), { code: "AGENT_FAILED", message: /0.05 s before "reg/ });
  await agent.stop();
});
