import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { CommandLocation } from "../../../src/platform/location/command-location.ts";
import { GpsdLocation } from "../../../src/platform/location/gpsd-location.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { CodedError } from "../../../src/util/coded-error.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { SeededRandom } from "../../support/seeded-random.ts";
import { VirtualTime } from "../../support/virtual-time.ts";

test("gpsd is asked to report, away it is tried again, and the last position stays", async () => {
  const peers: Socket[] = [];
  const server = createServer((socket) => peers.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const time = new VirtualTime();
  const warnings: unknown[] = [];
  const logger = { ...silentLogger, warn: (_: string, fields = {}) => warnings.push(fields) };
  const location = new GpsdLocation({ host: "127.0.0.1", port, timers: time, entropy: new SeededRandom(1), logger });
  const moved = (): Promise<void> => new Promise((resolve) => void location.onChange(resolve));
  await once(server, "connection");
  const [request] = await once(peers[0] ?? assert.fail(), "data");
  assert.equal(String(request), '?WATCH={"enable":true,"json":true};\n');
  assert.equal(location.fix(), undefined);
  const first = moved();
  peers[0]?.write('{"class":"VERSION","release":"3.25"}\r\n{"class":"TPV","mode":3,"lat":4');
  peers[0]?.write('8.5,"lon":11}\r\n');
  await first;
  assert.equal(location.fix()?.latitude, 48.5);
  peers[0]?.end();
  while (time.armed === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(warnings, [{ host: "127.0.0.1", port, reason: "it closed the connection" }]);
  assert.equal(location.fix()?.latitude, 48.5);
  const again = once(server, "connection");
  await time.advance(1000);
  await again;
  const second = moved();
  peers[1]?.write('{"class":"TPV","mode":2,"lat":50,"lon":11}\n');
  await second;
  assert.equal(location.fix()?.latitude, 50);
  location.close();
  for (const peer of peers) peer.destroy();
  server.close();
  await once(server, "close");
});

test("a command answers a whole Read in one run, and its trouble is said once", async () => {
  let runs = 0;
  const warnings: unknown[] = [];
  let broken = false;
  const commands = {
    run: async () => {
      runs++;
      if (broken) throw new CodedError("COMMAND_FAILED", "command where ended with exit code 1");
      return encodeUtf8('{"lat":1,"lon":2}\n');
    },
  };
  const logger = { ...silentLogger, warn: (_: string, fields = {}) => warnings.push(fields) };
  const location = new CommandLocation(["where"], 1000, commands, logger);
  const fixes = await Promise.all([location.fix(), location.fix(), location.fix()]);
  assert.deepEqual(
    fixes.map((fix) => fix?.longitude),
    [2, 2, 2],
  );
  assert.equal(runs, 1);
  broken = true;
  assert.equal(await location.fix(), undefined);
  assert.equal(await location.fix(), undefined);
  assert.deepEqual(warnings, [{ reason: "command where ended with exit code 1" }]);
});
