import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SocketCardConnector } from "../../src/platform/card-socket.ts";
import { encodeFrame, FrameReader } from "../../src/platform/vpcd-framing.ts";
import { fromHex, toHex } from "../../src/util/bytes.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const atr = "3b9f96";
let folder = "";
let sockets = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "card-socket-"));
});
after(() => rm(folder, { recursive: true }));

/** A card that answers as it is told: undefined keeps silent, a function does as it likes with the connection. */
type Answer = string | undefined | ((socket: Socket) => void);

async function card(answers: Readonly<Record<string, Answer>>) {
  const path = join(folder, `${sockets++}.sock`);
  const received: string[] = [];
  const server: Server = createServer((socket) => {
    const frames = new FrameReader();
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      for (const frame of frames.push(chunk)) {
        const name = toHex(frame);
        received.push(name);
        const answer = answers[name];
        if (typeof answer === "function") answer(socket);
        else if (answer !== undefined) socket.write(encodeFrame(fromHex(answer)));
      }
    });
    socket.on("end", () => server.emit("gone"));
  });
  server.listen(path);
  await once(server, "listening");
  const time = new VirtualTime();
  const connector = new SocketCardConnector({ path }, time, 1000);
  return { path, received, server, time, connector, end: () => server.close() };
}

test("the card is powered on and asked for its ATR, answers APDUs, and is powered off at the end", async () => {
  const { received, server, time, connector, end } = await card({
    "04": atr,
    "00a40400": "9000",
    "00b0000000": "aabb9000",
  });
  const channel = await connector.connect();
  assert.equal(toHex(await channel.transmit(fromHex("00a40400"))), "9000");
  assert.equal(toHex(await channel.transmit(fromHex("00b0000000"))), "aabb9000");
  const gone = once(server, "gone");
  await channel.close();
  await gone;
  assert.deepEqual(received, ["01", "04", "00a40400", "00b0000000", "00"]);
  assert.equal(time.armed, 0);
  end();
});

test("an answer that arrives byte by byte is one answer", async () => {
  const drop = async (socket: Socket) => {
    for (const byte of encodeFrame(fromHex("aabb9000"))) {
      socket.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
  };
  const { connector, end } = await card({ "04": atr, "00b0000000": (socket) => void drop(socket) });
  const channel = await connector.connect();
  assert.equal(toHex(await channel.transmit(fromHex("00b0000000"))), "aabb9000");
  await channel.close();
  end();
});

test("nobody listening is said with the path", async () => {
  const path = join(folder, "nobody.sock");
  const connector = new SocketCardConnector({ path }, new VirtualTime());
  await assert.rejects(connector.connect(), {
    code: "CARD_UNREACHABLE",
    message: /nobody\.sock: nobody listens there/,
  });
});

test("a card that hangs up is removed, under an APDU as between two", async () => {
  const { connector, end } = await card({ "04": atr, "00a40400": (socket) => socket.destroy() });
  const channel = await connector.connect();
  await assert.rejects(channel.transmit(fromHex("00a40400")), { code: "CARD_REMOVED" });
  await assert.rejects(channel.transmit(fromHex("00a40400")), { code: "CARD_REMOVED" });
  await channel.close();
  end();
});

test("a reader without a card hangs up before it gives an ATR", async () => {
  const { connector, end } = await card({ "01": (socket) => socket.destroy() });
  await assert.rejects(connector.connect(), { code: "CARD_REMOVED" });
  end();
});

test("silence past the deadline is a mute card, and the connection is given up", async () => {
  const silent = once.bind(undefined);
  const { server, received, time, connector, end } = await card({ "04": atr });
  const channel = await connector.connect();
  const refused = assert.rejects(channel.transmit(fromHex("00a40400")), { code: "CARD_MUTE", message: /1000 ms/ });
  const gone = silent(server, "gone");
  await time.advance(1000);
  await refused;
  await gone;
  await assert.rejects(channel.transmit(fromHex("00a40400")), { code: "CARD_MUTE" });
  assert.equal(received.length, 3);
  end();
});

test("answers that cannot be response APDUs are the driver's failure", async () => {
  for (const answer of ["", "90", "00".repeat(259)]) {
    const { connector, end } = await card({ "04": atr, "00a40400": answer });
    const channel = await connector.connect();
    await assert.rejects(channel.transmit(fromHex("00a40400")), { code: "CARD_DRIVER_FAILED" });
    await assert.rejects(channel.transmit(fromHex("00a40400")), { code: "CARD_DRIVER_FAILED" });
    end();
  }
});

test("an answer that nobody asked for ends the connection", async () => {
  const twice = (socket: Socket) => socket.write(fromHex("0002900000029000"));
  const { connector, end } = await card({ "04": atr, "00a40400": twice });
  const channel = await connector.connect();
  await channel.transmit(fromHex("00a40400"));
  await assert.rejects(channel.transmit(fromHex("00a40400")), { code: "CARD_DRIVER_FAILED", message: /nobody asked/ });
  end();
});

test("a closed channel refuses more APDUs", async () => {
  const { connector, end } = await card({ "04": atr });
  const channel = await connector.connect();
  await channel.close();
  await channel.close();
  await assert.rejects(channel.transmit(fromHex("00a40400")), { code: "CARD_UNREACHABLE" });
  end();
});
