import assert from "node:assert/strict";
import { test } from "node:test";
import { Code } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import type { LwM2mVersion } from "../../../src/lwm2m/model/lwm2m-version.ts";
import type { FileObject } from "../../../src/sandbox/bootstrap-file.ts";
import type { BootstrapPlan } from "../../../src/sandbox/bootstrap-interface.ts";
import { type BootstrapStep, packPayload, provisioningSteps } from "../../../src/sandbox/bootstrap-step.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import { bootstrapSecurity, configuration, integerValue, plainSecurity, server } from "./bootstrap-bench.ts";
import { ControllerBench } from "./controller-bench.ts";

/*
 * How a bootstrap begins × how it ends, written down from OMA LwM2M Core 1.2 §6.1.3 to §6.1.7, Transport 1.2 §6.4.2:
 * whatever begins it, the outcome of the session alone decides whether the accounts are the new ones or the old, and
 * after a failure the next attempt succeeds.
 */

const objects: readonly FileObject[] = [
  { id: 0, instances: { 1: { 0: "coap://dm102.example", 1: false, 2: 3, 10: 102 } } },
  { id: 1, instances: { 0: { 0: 102, 1: 60, 6: true, 7: "U" } } },
];
const steps = provisioningSteps(objects);
const orphan: BootstrapStep = {
  type: "write",
  path: "/1/7/0",
  contentFormat: ContentFormat.text,
  payload: encodeUtf8("777"),
};
const withoutFinish = steps.slice(0, -1);
const finish: BootstrapStep = { type: "finish" };
const noSuchFormat: BootstrapStep = { type: "write", path: "/0/1", contentFormat: 9999, payload: new Uint8Array() };

interface Beginning {
  readonly name: string;
  readonly hasServer: boolean;
  begin(bench: ControllerBench): Promise<unknown> | undefined;
}

const beginnings: readonly Beginning[] = [
  { name: "no server account", hasServer: false, begin: () => undefined },
  {
    name: "registration failed with /1/x/16",
    hasServer: true,
    begin: (bench) => Promise.resolve(bench.controller.registrationFailed(101, "rejected with 4.03")),
  },
  {
    name: "triggered by /1/x/9",
    hasServer: true,
    begin: (bench) => bench.controller.triggerBootstrap("by server 101"),
  },
];

interface Outcome {
  readonly name: string;
  readonly version?: LwM2mVersion;
  readonly plan: BootstrapPlan;
  readonly disturb?: (bench: ControllerBench) => void;
  readonly succeeds: boolean;
  /** What the server must have seen, in order. */
  readonly seen: readonly string[];
}

const taken = ["delete /0 2.02", "delete /1 2.02", "write /0/1 2.04", "write /1/0 2.04"];
const request = "POST /bs?ep=dev1&pct=112";

const outcomes: readonly Outcome[] = [
  { name: "Finish accepted", plan: { session: steps }, succeeds: true, seen: [request, ...taken, "finish 2.04"] },
  {
    name: "1.0: no pct",
    version: "1.0",
    plan: { session: provisioningSteps(objects, ContentFormat.tlv) },
    succeeds: true,
    seen: ["POST /bs?ep=dev1", ...taken, "finish 2.04"],
  },
  {
    name: "pct refused with 4.15, asked again without",
    plan: { session: steps },
    disturb: (bench) => bench.answers.push({ code: Code.UnsupportedContentFormat }),
    succeeds: true,
    seen: [request, "POST /bs?ep=dev1", ...taken, "finish 2.04"],
  },
  {
    name: "TLV",
    plan: { session: provisioningSteps(objects, ContentFormat.tlv) },
    succeeds: true,
    seen: [request, ...taken, "finish 2.04"],
  },
  {
    name: "SenML JSON",
    plan: { session: provisioningSteps(objects, ContentFormat.senmlJson) },
    succeeds: true,
    seen: [request, ...taken, "finish 2.04"],
  },
  {
    name: "Server before Security",
    plan: { session: [steps[0], steps[1], steps[3], steps[2], finish].flatMap((step) => step ?? []) },
    succeeds: true,
    seen: [request, "delete /0 2.02", "delete /1 2.02", "write /1/0 2.04", "write /0/1 2.04", "finish 2.04"],
  },
  {
    name: "Delete of the root, Discover and Read in between",
    plan: {
      session: [
        { type: "delete", path: "/" },
        { type: "discover", path: "/" },
        ...withoutFinish.slice(2),
        { type: "read", path: "/1/0", accept: ContentFormat.senmlJson },
        finish,
      ],
    },
    succeeds: true,
    seen: [
      request,
      "delete / 2.02",
      "discover / 2.05",
      "write /0/1 2.04",
      "write /1/0 2.04",
      "read /1/0 2.05",
      "finish 2.04",
    ],
  },
  {
    name: "a command refused on the way is of no consequence",
    plan: { session: [noSuchFormat, ...steps] },
    succeeds: true,
    seen: [request, "write /0/1 4.15", ...taken, "finish 2.04"],
  },
  {
    name: "Finish refused, corrected, accepted",
    plan: { session: [...withoutFinish, orphan, finish, { type: "delete", path: "/1/7" }, finish] },
    succeeds: true,
    seen: [request, ...taken, "write /1/7/0 2.04", "finish 4.06", "delete /1/7 2.02", "finish 2.04"],
  },
  {
    name: "Finish refused and nothing more",
    plan: { session: [...withoutFinish, orphan, finish] },
    succeeds: false,
    seen: [request, ...taken, "write /1/7/0 2.04", "finish 4.06"],
  },
  { name: "no Finish", plan: { session: withoutFinish }, succeeds: false, seen: [request, ...taken] },
  { name: "no command at all", plan: { session: [] }, succeeds: false, seen: [request] },
  {
    name: "a pause of 240 s between commands",
    plan: { session: [...withoutFinish, { type: "wait", milliseconds: 240_000 }, finish] },
    succeeds: true,
    seen: [request, ...taken, "finish 2.04"],
  },
  {
    name: "a pause of 250 s: the session is over when Finish comes",
    plan: { session: [...withoutFinish, { type: "wait", milliseconds: 250_000 }, finish] },
    succeeds: false,
    seen: [request, ...taken],
  },
  {
    name: "the association is lost after the last command",
    plan: { session: [...withoutFinish, { type: "wait", milliseconds: 100_000 }, finish] },
    disturb: (bench) => void bench.device.time.schedule(60_000, () => bench.loseNetwork()),
    succeeds: false,
    seen: [request, ...taken],
  },
  { name: "the endpoint is not known: 4.00", plan: { session: Code.BadRequest }, succeeds: false, seen: [request] },
  { name: "the server fails: 5.03", plan: { session: Code.ServiceUnavailable }, succeeds: false, seen: [request] },
  {
    name: "no answer to Bootstrap-Request",
    plan: {},
    disturb: (bench) => bench.answers.push("never"),
    succeeds: false,
    seen: [request],
  },
  {
    name: "1.2 with a pack",
    version: "1.2",
    plan: { pack: packPayload(objects) },
    succeeds: true,
    seen: ["GET /bspack?ep=dev1"],
  },
  ...[Code.NotImplemented, Code.MethodNotAllowed, Code.NotFound, Code.NotAcceptable, Code.Unauthorized].map(
    (pack): Outcome => ({
      name: `1.2, pack refused with ${pack.toString(16)}`,
      version: "1.2",
      plan: { pack, session: steps },
      succeeds: true,
      seen: ["GET /bspack?ep=dev1", request, ...taken, "finish 2.04"],
    }),
  ),
  {
    name: "1.2, a pack that cannot be read",
    version: "1.2",
    plan: { pack: Uint8Array.of(0xff), session: steps },
    succeeds: true,
    seen: ["GET /bspack?ep=dev1", request, ...taken, "finish 2.04"],
  },
  {
    name: "1.2, a pack that is not consistent",
    version: "1.2",
    plan: { pack: packPayload(objects.slice(0, 1)), session: steps },
    succeeds: true,
    seen: ["GET /bspack?ep=dev1", request, ...taken, "finish 2.04"],
  },
  {
    name: "1.2, no pack and no session",
    version: "1.2",
    plan: { pack: packPayload(objects.slice(1)), session: Code.BadRequest },
    succeeds: false,
    seen: ["GET /bspack?ep=dev1", request],
  },
];

const oldAccounts = ["/0/0 coap://bs.example:5683", "/0/1 coap://dm101.example", "/1/0 101 300"];
const newAccounts = ["/0/0 coap://bs.example:5683", "/0/1 coap://dm102.example", "/1/0 102 60"];
const bootstrap = bootstrapSecurity("coap://bs.example:5683", { 11: integerValue(5) });

for (const beginning of beginnings) {
  for (const outcome of outcomes) {
    test(`bootstrap: ${beginning.name}, ${outcome.name}: ${outcome.succeeds ? "new accounts" : "as before"}`, async () => {
      const start = beginning.hasServer
        ? configuration({ 0: { 0: bootstrap, 1: plainSecurity(101) }, 1: { 0: server(101) } })
        : configuration({ 0: { 0: bootstrap } });
      const oldOnes = beginning.hasServer ? oldAccounts : oldAccounts.slice(0, 1);
      const bench = new ControllerBench(start, { version: outcome.version ?? "1.1" });
      bench.plan = outcome.plan;
      await bench.started();
      outcome.disturb?.(bench);
      await beginning.begin(bench);
      const isOver = () =>
        ["registering", "backing-off"].includes(bench.controller.status.state) && bench.log.length > 0;
      for (let i = 0; i < 60 && !isOver(); i++) await bench.advance(10);
      assert.deepEqual(bench.log.slice(0, outcome.seen.length), outcome.seen);
      assert.equal(bench.controller.status.state, outcome.succeeds ? "registering" : "backing-off");
      assert.deepEqual(bench.device.accounts(), outcome.succeeds ? newAccounts : oldOnes);
      assert.equal(bench.saves.length, outcome.succeeds ? 1 : 0);
      if (outcome.succeeds) return;
      bench.answers = [];
      bench.plan = { session: steps };
      await bench.advance(600);
      assert.deepEqual(bench.device.accounts(), newAccounts);
      assert.equal(bench.controller.status.state, "registering");
    });
  }
}
