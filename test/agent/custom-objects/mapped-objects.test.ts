import assert from "node:assert/strict";
import { test } from "node:test";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { ObjectsBench, problemsOf } from "./bench-objects.ts";

const { senmlJson } = ContentFormat;
const thermometer = {
  instances: {
    "/3303/0": { 5700: { file: "/temp", scale: 0.001, poll: 10 }, 5701: { constant: "Cel" }, 5603: { constant: -40 } },
  },
};
const gadget = (resources: object) => ({ topicSocket: "/t.sock", instances: { "/32770/0": resources } });

test("a file is read in the resource's unit, a constant as it stands", async () => {
  const bench = new ObjectsBench(thermometer);
  bench.files.set("/temp", "45123\n");
  assert.equal(await bench.device.text("GET", "/3303/0/5700"), "2.05 45.123");
  assert.equal(await bench.device.text("GET", "/3303/0/5701"), "2.05 Cel");
  assert.equal(
    await bench.device.text("GET", "/3303/0", { accept: senmlJson }),
    '2.05 [{"bn":"/3303/0/","n":"5603","v":-40},{"n":"5700","v":45.123},{"n":"5701","vs":"Cel"}]',
  );
  assert.equal(await bench.device.code("PUT", "/3303/0/5701", { payload: "F" }), "4.05");
});

test("a file without a usable value is a resource without value, said once until it is over", async () => {
  const bench = new ObjectsBench(thermometer);
  assert.equal(await bench.device.code("GET", "/3303/0/5700"), "4.04");
  assert.equal(bench.warnings.length, 0, "a file that is not there is no trouble");
  bench.files.set("/temp", "warm");
  assert.equal(await bench.device.code("GET", "/3303/0/5700"), "4.04");
  assert.equal(await bench.device.code("GET", "/3303/0/5700"), "4.04");
  assert.deepEqual(bench.warnings, [{ path: "/3303/0/5700", reason: "text/plain: the text is not of type float" }]);
  bench.files.set("/temp", "1000");
  assert.equal(await bench.device.text("GET", "/3303/0/5700"), "2.05 1");
  bench.files.set("/temp", "warm");
  await bench.device.code("GET", "/3303/0/5700");
  assert.equal(bench.warnings.length, 2);
});

test("a polled file is announced when its value changed, and only then", async () => {
  const bench = new ObjectsBench(thermometer);
  bench.files.set("/temp", "1000");
  await bench.time.advance(25_000);
  const seen = bench.changes();
  await bench.time.advance(20_000);
  assert.deepEqual(seen, []);
  bench.files.set("/temp", "2000");
  await bench.time.advance(10_000);
  bench.files.delete("/temp");
  await bench.time.advance(10_000);
  assert.deepEqual(seen, ["/3303/0/5700", "/3303/0/5700"]);
  const object = bench.device.model.object(3303);
  assert.equal(object?.changesByItself?.(0, 5700), false);
  assert.equal(object?.changesByItself?.(0, 5701), false);
});

test("without a poll interval whoever observes has to look", () => {
  const bench = new ObjectsBench(gadget({ 0: { file: "/level" } }));
  assert.equal(bench.device.model.object(32770)?.changesByItself?.(0, 0), true);
});

test("a written value goes into the file, scaled back", async () => {
  const bench = new ObjectsBench(gadget({ 0: { file: "/level", scale: 0.01 }, 5: { file: "/lit" } }));
  const seen = bench.changes();
  assert.equal(await bench.device.code("PUT", "/32770/0/0", { payload: "7" }), "2.04");
  assert.equal(bench.files.get("/level"), "700");
  assert.equal(await bench.device.text("GET", "/32770/0/0"), "2.05 7");
  assert.deepEqual(seen, ["/32770/0/0"]);
  bench.files.set("/lit", "on\n");
  assert.equal(await bench.device.text("GET", "/32770/0/5"), "2.05 1");
});

test("one command does all, told by its environment, values on standard input", async () => {
  const bench = new ObjectsBench(gadget({ 1: { command: ["/bin/note", "-x"] }, 2: { command: ["/bin/press"] } }));
  bench.answer = () => "hello; rm -rf /\n";
  assert.equal(await bench.device.text("GET", "/32770/0/1"), "2.05 hello; rm -rf /");
  assert.equal(await bench.device.code("PUT", "/32770/0/1", { payload: "$(reboot)" }), "2.04");
  assert.equal(await bench.device.code("POST", "/32770/0/2", { payload: "0='a b',3" }), "2.04");
  assert.deepEqual(
    bench.runs.map(({ command, environment, input }) => [
      command.join(" "),
      environment,
      new TextDecoder().decode(input),
    ]),
    [
      ["/bin/note -x", { LWM2M_OPERATION: "read", LWM2M_PATH: "/32770/0/1" }, ""],
      ["/bin/note -x", { LWM2M_OPERATION: "write", LWM2M_PATH: "/32770/0/1", LWM2M_VALUE: "$(reboot)" }, "$(reboot)"],
      [
        "/bin/press",
        {
          LWM2M_OPERATION: "execute",
          LWM2M_PATH: "/32770/0/2",
          LWM2M_ARGUMENT_0: "a b",
          LWM2M_ARGUMENT_3: "",
        },
        "",
      ],
    ],
  );
  assert.equal(bench.runs[0]?.timeoutMs, 10_000);
});

test("a value that no variable can hold is on standard input alone", async () => {
  const bench = new ObjectsBench(gadget({ 1: { command: ["note"] }, 4: { command: ["image"] } }));
  await bench.device.code("PUT", "/32770/0/1", { payload: "x".repeat(5000) });
  await bench.device.code("PUT", "/32770/0/1", { payload: "a\0b" });
  const contentFormat = ContentFormat.opaque;
  await bench.device.code("PUT", "/32770/0/4", { payload: Uint8Array.of(0, 255), contentFormat });
  assert.deepEqual(
    bench.runs.map(({ environment, input }) => [environment.LWM2M_VALUE, input?.length]),
    [
      [undefined, 5000],
      [undefined, 3],
      [undefined, 2],
    ],
  );
});

test("a command that fails: no value to read, 5.00 to a Write and to an Execute", async () => {
  const bench = new ObjectsBench(gadget({ 0: { command: ["level"] }, 2: { command: ["press"] } }));
  bench.answer = () => "FAIL";
  assert.equal(await bench.device.code("GET", "/32770/0/0"), "4.04");
  assert.equal(await bench.device.code("PUT", "/32770/0/0", { payload: "1" }), "5.00");
  assert.equal(await bench.device.code("POST", "/32770/0/2"), "5.00");
});

test("with one program an operation, the others are not allowed", async () => {
  const bench = new ObjectsBench(gadget({ 0: { command: { read: ["level"] }, timeout: 2 } }));
  bench.answer = () => "5";
  assert.equal(await bench.device.text("GET", "/32770/0/0"), "2.05 5");
  assert.equal(bench.runs[0]?.timeoutMs, 2000);
  assert.equal(await bench.device.code("PUT", "/32770/0/0", { payload: "1" }), "4.05");
});

test("Reads of a polled command start no program, and a Write is followed by a fresh look", async () => {
  let level = 1;
  const bench = new ObjectsBench(gadget({ 0: { command: ["level"], poll: 60 } }), () => String(level));
  assert.equal(await bench.device.text("GET", "/32770/0/0"), "2.05 1");
  await bench.time.advance(1000);
  level = 2;
  const seen = bench.changes();
  for (let i = 0; i < 5; i++) assert.equal(await bench.device.text("GET", "/32770/0/0"), "2.05 1");
  assert.equal(bench.runs.length, 1);
  await bench.time.advance(60_000);
  assert.deepEqual(seen, ["/32770/0/0"]);
  assert.equal(await bench.device.text("GET", "/32770/0/0"), "2.05 2");
  level = 3;
  await bench.device.code("PUT", "/32770/0/0", { payload: "3" });
  assert.equal(await bench.device.text("GET", "/32770/0/0"), "2.05 3");
});

test("a multiple resource has a mapping for each resource instance", async () => {
  const bench = new ObjectsBench(gadget({ 3: { each: { 0: { constant: "a" }, 4: { file: "/part" } } } }));
  bench.files.set("/part", "b");
  const read = () => bench.device.text("GET", "/32770/0/3", { accept: senmlJson });
  assert.equal(await read(), '2.05 [{"bn":"/32770/0/3/","n":"0","vs":"a"},{"n":"4","vs":"b"}]');
  assert.equal(await bench.device.code("PUT", "/32770/0/3/4", { payload: "c" }), "4.05", "0 is a constant");
  const only = new ObjectsBench(gadget({ 3: { each: { 4: { file: "/part" } } } }));
  only.files.set("/part", "b");
  assert.equal(await only.device.code("PUT", "/32770/0/3/4", { payload: "c" }), "2.04");
  assert.equal(only.files.get("/part"), "c");
});

test("what does not fit the definition is refused by its key, with what the definition says", () => {
  assert.deepEqual(
    problemsOf({
      instances: {
        "/3303/0": { 5701: { constant: "Cel" }, 9999: { constant: 1 } },
        "/32770/0": {
          0: { constant: "high" },
          1: { file: "/note", scale: 2 },
          2: { file: "/press" },
          3: { constant: "a" },
          4: { each: { 0: { constant: "" } } },
          5: { topic: "lit" },
          6: { constant: "x" },
          7: { command: { write: ["x"] } },
        },
        "/6/1": { 0: { constant: 1 }, 1: { constant: 1 }, 5: { constant: 0 } },
        "/4/0": {},
        "/40000/0": {},
      },
    }),
    expectedProblems,
  );
});

const expectedProblems = [
  "objects.instances./3303/0.9999: object 3303 (Temperature 1.1) has no such resource",
  "objects.instances./3303/0: resource 5700 (Sensor Value) is missing, which is mandatory in 3303 (Temperature 1.1)",
  'objects.instances./32770/0.0.constant: 0 (Level) is of type integer, got "high" (text/plain: the text is not of type integer)',
  "objects.instances./32770/0.1.scale: 1 (Note) is of type string: nothing to scale",
  "objects.instances./32770/0.2.file: 2 (Press) is executable: a command or a topic expected",
  'objects.instances./32770/0.3: 3 (Parts) has several values: map each resource instance under "each"',
  'objects.instances./32770/0.4: 4 (Image) has a single value: no "each"',
  "objects.instances./32770/0.5.topic: objects.topicSocket has to say where topics are published",
  "objects.instances./32770/0.6.constant: 6 (Order) is only written: nobody would see a constant",
  "objects.instances./32770/0.7.command.write: 7 (Ratio) has the operations R",
  "objects.instances./6/1: object 6 (Location 1.0) has instance 0 alone",
  "objects.instances./4/…: the agent itself is behind object 4 (Connectivity Monitoring)",
  "objects.instances./40000/0: no definition of object 40000; put its OMA XML into objects.folder",
];
