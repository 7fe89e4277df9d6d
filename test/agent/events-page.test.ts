import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { AgentEvent } from "../../src/agent/agent-event.ts";

/** The compiler sees to it that no event is missing here. */
const all: Readonly<Record<AgentEvent["type"], true>> = {
  started: true,
  "bootstrap-state": true,
  accounts: true,
  bootstrapped: true,
  "bootstrap-failed": true,
  credential: true,
  connecting: true,
  handshake: true,
  connected: true,
  registered: true,
  resumed: true,
  updated: true,
  deregistered: true,
  disabled: true,
  lost: true,
  retrying: true,
  "given-up": true,
  asleep: true,
  offline: true,
  observing: true,
  "observation-ended": true,
  notified: true,
  stopped: true,
  firmware: true,
  "firmware-progress": true,
  "card-operation": true,
  figures: true,
};

test("docs/events.md has each event that there is, and no other", () => {
  const page = readFileSync(new URL("../../docs/events.md", import.meta.url), "utf8");
  const named = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, name]) => name);
  assert.deepEqual(named.sort(), Object.keys(all).sort());
});
