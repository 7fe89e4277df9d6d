import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CardSocketServer } from "../../../src/sandbox/card/card-socket-server.ts";
import { FaultInjector } from "../../../src/sandbox/card/fault-injector.ts";
import { VpcdDialler } from "../../../src/sandbox/card/vpcd-dialler.ts";
import { encodeFrame, FrameCutter } from "../../../src/sandbox/card/vpcd-frames.ts";
import { fromHex, toHex } from "../../../src/util/bytes.ts";
import { HexSim } from "../../support/virtual-sim.ts";
import { settle, VirtualTime } from "../../support/virtual-time.ts";

const select = "00A4040007A0000005590010";

async function listen(t: TestContext, card = new FaultInjector(new HexSim().sim)) {
  const folder = await mkdtemp(join(tmpdir(), "virtual-sim-"));
  const path = join(folder, "card.sock");
  const server = await CardSocketServer.listen(card, path);
  t.after(async () => {
    await server.close();
    await rm(folder, { recursive: true });
  });
  return { path, server, card };
}

/** A reader at the other end of the socket: sends one message, waits for one. */
class Reader {
  readonly socket: Socket;
  readonly #cutter = new FrameCutter();
  #waiting: ((answer: string) => void)[] = [];

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => {
      for (const message of this.#cutter.push(new Uint8Array(chunk))) this.#waiting.shift()?.(toHex(message));
    });
    socket.on("error", () => {});
  }

  static async at(path: string): Promise<Reader> {
    const socket = connect(path);
    const reader = new Reader(socket);
    await once(socket, "connect");
    return reader;
  }

  ask(hex: string): Promise<string> {
    this.tell(hex);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  tell(hex: string): void {
    this.socket.write(encodeFrame(fromHex(hex)));
  }

  async leave(): Promise<void> {
    this.socket.destroy();
    await once(this.socket, "close");
  }
}

test("a client plays vpcd: ATR, power and commands", async (t) => {
  const { path } = await listen(t);
  const reader = await Reader.at(path);
  reader.tell("01");
  assert.match(await reader.ask("04"), /^3b9f/);
  assert.equal(await reader.ask(select), "9000");
  assert.match(await reader.ask("80CB000044"), /9000$/);
  reader.socket.destroy();
});

test("clients come one after the other; one that comes early waits for its turn", async (t) => {
  const { path } = await listen(t);
  const first = await Reader.at(path);
  assert.equal(await first.ask(select), "9000");
  const second = await Reader.at(path);
  const answer = second.ask("04");
  assert.equal(await first.ask("0070000001"), "019000");
  await first.leave();
  assert.match(await answer, /^3b9f/);
  second.socket.destroy();
});

test("the card keeps its power between clients, until one switches it on anew", async (t) => {
  const { path } = await listen(t);
  const first = await Reader.at(path);
  await first.ask("0070000001");
  await first.leave();
  const second = await Reader.at(path);
  assert.equal(await second.ask("0070000001"), "029000");
  second.tell("01");
  assert.equal(await second.ask("0070000001"), "019000");
  second.socket.destroy();
});

test("a pulled card hangs up; while it is out clients are hung up at once", async (t) => {
  const card = new FaultInjector(new HexSim().sim, () => ({ kind: "pulled", stays: true }));
  const { path } = await listen(t, card);
  const reader = await Reader.at(path);
  reader.tell(select);
  await once(reader.socket, "close");
  const second = await Reader.at(path);
  await once(second.socket, "close");
  card.insert();
  const third = await Reader.at(path);
  assert.match(await third.ask("04"), /^3b9f/);
  third.socket.destroy();
});

test("only the owner may reach the socket", async (t) => {
  const { path } = await listen(t);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("a socket in use is refused, one left behind is replaced", async (t) => {
  const { path } = await listen(t);
  await assert.rejects(CardSocketServer.listen(new HexSim().sim, path), { code: "SOCKET_IN_USE" });
  const stale = `${path}.stale`;
  await leaveSocketBehind(stale);
  const server = await CardSocketServer.listen(new HexSim().sim, stale);
  const reader = await Reader.at(stale);
  assert.match(await reader.ask("04"), /^3b9f/);
  reader.socket.destroy();
  await server.close();
});

test("closing the server hangs up on everybody", async (t) => {
  const { path, server } = await listen(t);
  const [serving, waiting] = [await Reader.at(path), await Reader.at(path)];
  const closed = [once(serving.socket, "close"), once(waiting.socket, "close")];
  await server.close();
  await Promise.all(closed);
});

test("behind vpcd the card dials, and dials again when the reader hangs up", async (t) => {
  const { reader: vpcd, port } = await listenAsVpcd(t);
  const time = new VirtualTime();
  const dialler = new VpcdDialler({ host: "127.0.0.1", port, card: new HexSim().sim, timers: time });
  t.after(() => dialler.close());
  const first = await vpcd.next();
  await dialler.connected;
  assert.match(await first.ask("04"), /^3b9f/);
  first.socket.destroy();
  await until(() => time.armed === 1);
  await time.advance(300);
  assert.match(await (await vpcd.next()).ask("04"), /^3b9f/);
});

test("while vpcd is away the card tries on, and complains once", async (t) => {
  const { server, port } = await listenAsVpcd(t);
  await new Promise((resolve) => server.close(resolve));
  const time = new VirtualTime();
  const warnings: string[] = [];
  const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} };
  const dialler = new VpcdDialler({ host: "127.0.0.1", port, card: new HexSim().sim, timers: time, logger });
  for (let i = 0; i < 3; i++) {
    await until(() => time.armed === 1);
    await time.advance(300);
  }
  assert.equal(warnings.length, 1);
  dialler.close();
  await settle();
});

test("a card that is out of the reader does not dial", async (t) => {
  const { reader: vpcd, port } = await listenAsVpcd(t);
  const time = new VirtualTime();
  const card = new FaultInjector(new HexSim().sim);
  card.pull();
  const dialler = new VpcdDialler({ host: "127.0.0.1", port, card, timers: time });
  t.after(() => dialler.close());
  await time.advance(900);
  assert.equal(vpcd.arrived, 0);
  card.insert();
  await time.advance(300);
  assert.match(await (await vpcd.next()).ask("04"), /^3b9f/);
});

async function listenAsVpcd(t: TestContext) {
  const waiting: Reader[] = [];
  let wake = () => {};
  const server = createServer((socket) => {
    waiting.push(new Reader(socket));
    reader.arrived++;
    wake();
  });
  const reader = {
    arrived: 0,
    async next(): Promise<Reader> {
      while (waiting.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const [first] = waiting.splice(0, 1);
      assert.ok(first);
      t.after(() => first.socket.destroy());
      return first;
    },
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return { server, reader, port: portOf(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  return address.port;
}

/** Lets the event loop turn until the condition holds; the test runner's own limit ends it otherwise. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await settle();
}

/** A listener killed without a chance to remove its socket. */
async function leaveSocketBehind(path: string): Promise<void> {
  const { spawnSync } = await import("node:child_process");
  const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", script]);
  assert.ok((await stat(path)).isSocket());
}
