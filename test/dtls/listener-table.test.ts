import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerEntry } from "../../src/dtls/listener-entry.ts";
import { ListenerTable } from "../../src/dtls/listener-table.ts";
import { DtlsServer } from "../../src/dtls/server.ts";
import { dtlsPorts } from "../support/dtls-pair.ts";

function entry(id: number, peer: string, connectionId?: string): ListenerEntry {
  return { id, peer, connectionId, server: new DtlsServer({}, dtlsPorts), helloRandom: "", lastHeard: 0 };
}

test("an entry is found by number, by Connection ID and by address, until it is removed", () => {
  const table = new ListenerTable();
  const [one, two] = [entry(1, "a", "c1"), entry(2, "a")];
  table.add(one);
  table.add(two);
  assert.deepEqual([table.byNumber(1), table.byConnectionId("c1"), table.byPeer("a")], [one, one, [one, two]]);
  table.remove(one);
  assert.deepEqual([table.byNumber(1), table.byConnectionId("c1"), table.byPeer("a")], [undefined, undefined, [two]]);
  assert.deepEqual([table.size, table.all()], [1, [two]]);
});

test("an entry that moved is found at its new address alone, one that was detached at none", () => {
  const table = new ListenerTable();
  const one = entry(1, "a", "c1");
  table.add(one);
  table.move(one, "b");
  assert.deepEqual([table.byPeer("a"), table.byPeer("b"), one.peer], [[], [one], "b"]);
  table.detach(one);
  assert.deepEqual([table.byPeer("b"), table.byConnectionId("c1")], [[], one]);
  table.move(one, "c");
  assert.deepEqual(table.byPeer("c"), [one]);
});
