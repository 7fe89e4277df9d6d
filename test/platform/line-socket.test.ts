import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { LineSplitter } from "../../src/platform/line-socket/line-splitter.ts";
import { listenForLines } from "../../src/platform/line-socket/listen-for-lines.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import type { LineConnection, LineHandler } from "../../src/util/line-connection.ts";

const folder = mkdtempSync(join(tmpdir(), "lines-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const limits = { maxConnections: 2, maxLineBytes: 16, maxUnsentBytes: 100_000 };

/** Says every line back. */
const echo: LineHandler = (connection) => ({
  line: (text) => connection.send(`got ${text}`),
  malformed: (problem) => connection.send(`bad ${problem}`),
  inputEnded: () => connection.end(),
  tooSlow: () => "too slow",
  closed: () => {},
});

async function everything(socket: Socket): Promise<string> {
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += chunk;
  return text;
}

test("lines go both ways, and the socket is its owner's alone", async () => {
  const path = join(folder, "new", "a.sock");
  const listener = await listenForLines(path, echo, limits);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const socket = connect(path);
  socket.end("one\r\ntwö\n\nunfinished");
  assert.equal(await everything(socket), "got one\ngot twö\ngot \n");
  await listener.close();
  assert.ok(!existsSync(path));
});

test("a line too long ends the connection, one that is no UTF-8 does not", async () => {
  const path = join(folder, "b.sock");
  const listener = await listenForLines(path, echo, limits);
  const socket = connect(path);
  socket.write(Uint8Array.of(0xff, 0x0a));
  socket.write(`${"x".repeat(17)}\nnever\n`);
  assert.equal(await everything(socket), "bad UTF-8 expected\nbad a line of at most 16 bytes expected\n");
  await listener.close();
});

test("a peer that does not read is told, and cut off", async () => {
  const path = join(folder, "c.sock");
  let peer: LineConnection | undefined;
  let told = 0;
  const listener = await listenForLines(
    path,
    (connection) => {
      peer = connection;
      return { ...echo(connection), tooSlow: () => `too slow ${++told}` };
    },
    limits,
  );
  const socket = connect(path);
  socket.write("hello\n");
  await once(socket, "readable");
  while (told === 0) peer?.send("event ".repeat(1000));
  peer?.send("not this one");
  const text = await everything(socket);
  assert.ok(text.endsWith("\ntoo slow 1\n"));
  await listener.close();
});

test("a socket of a dead process is replaced, a live one and a file are not", async () => {
  const path = join(folder, "d.sock");
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("up"))`;
  const other = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(other.stdout, "data");
  await assert.rejects(listenForLines(path, echo, limits), {
    code: "SOCKET_IN_USE",
    message: `process ${other.pid} listens on the socket ${path}: stop it, or name another`,
  });
  other.kill("SIGKILL");
  await once(other, "exit");
  assert.ok(existsSync(path), "what it left behind");
  await (await listenForLines(path, echo, limits)).close();
  const file = join(folder, "file");
  writeFileSync(file, "");
  await assert.rejects(listenForLines(file, echo, limits), { code: "SOCKET_UNUSABLE" });
});

test("lines are the same however the bytes are cut", () => {
  const bytes = encodeUtf8("añb\nsecond\n\nlast");
  const whole = [...new LineSplitter(16).push(bytes)];
  assert.deepEqual(whole, [{ text: "añb" }, { text: "second" }, { text: "" }]);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const splitter = new LineSplitter(16);
    assert.deepEqual([...splitter.push(bytes.subarray(0, cut)), ...splitter.push(bytes.subarray(cut))], whole);
  }
});
