import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { stringify } from "yaml";
import { CodedError } from "../../../util/coded-error.ts";
import { SandboxCa } from "../../sandbox-ca.ts";
import { AgentProcess } from "../agent-process.ts";
import type { DemoOptions as StartsOptions } from "../demo.ts";
import { DemoSim } from "../demo-sim.ts";
import { inTime } from "../in-time.ts";
import { manageDevice } from "../manage-device.ts";
import { narrator } from "../narrator.ts";
import { traceFigures } from "../trace-figures.ts";
import { stayUp, Workspace } from "../workspace.ts";
import type { StoryReport } from "./story-report.ts";
import { type StoryServers, startServers } from "./story-servers.ts";

export type StoryOptions = Omit<StartsOptions, "starts">;

const endpoint = "urn:dev:ops:lwm2m-safe-demo";
/** A card that needs seconds for a key pair is still in time. */
const deadlineMs = 60_000;

interface Stage {
  readonly workspace: Workspace;
  readonly sim: DemoSim;
  readonly servers: StoryServers;
  readonly config: string;
}

/**
 * A device's first hour in short: bootstrap by the SIM's own certificate, a key pair made on the SIM, its certificate by
 * EST, a registration with that, and a renewal by order. Nothing of it is left afterwards. Rejects with a CodedError.
 */
export async function runStory(options: StoryOptions): Promise<StoryReport> {
  const undo: (() => Promise<void>)[] = [];
  try {
    const stage = await setStage(options, undo);
    return await play(stage, options);
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function setStage({ latency, step }: StoryOptions, undo: (() => Promise<void>)[]): Promise<Stage> {
  const workspace = await Workspace.create();
  undo.push(() => workspace.remove());
  const [simMaker, operator] = [await SandboxCa.create("SIM maker"), await SandboxCa.create("operator")];
  const sim = await DemoSim.start(endpoint, simMaker, latency, workspace.path("card.sock"));
  undo.push(() => sim.close());
  step(`virtual SIM at ${sim.socketPath}: the SIM maker's key and certificate, two empty key slots`);
  const servers = await startServers({ simMaker, operator }, step);
  undo.push(() => servers.close());
  step(`bootstrap server with EST at ${servers.bootstrap.uri}: it takes the SIM maker's certificates`);
  step(`management server at ${servers.management.uri}: it takes the operator's certificates alone`);
  return { workspace, sim, servers, config: await writeConfig(workspace, operator, servers, sim) };
}

async function writeConfig(
  workspace: Workspace,
  operator: SandboxCa,
  { bootstrap }: StoryServers,
  { socketPath }: DemoSim,
): Promise<string> {
  const anchor = await workspace.write("operator.pem", operator.certificatePem);
  const card = `iotsafe:?channel=socket:${socketPath}`;
  const config = {
    endpoint,
    bootstrap: { uri: bootstrap.uri, security: { credential: `${card}&key=01&cert=03`, trust: { anchors: [anchor] } } },
    enrolment: { keys: [`${card}&key=02`, `${card}&key=04`] },
    stateDirectory: workspace.path("state"),
    device: { manufacturer: "lwm2m-safe demo" },
  };
  return workspace.write("agent.yaml", stringify(config));
}

async function play(stage: Stage, options: StoryOptions): Promise<StoryReport> {
  const { servers, sim, config, workspace } = stage;
  const { step, signal, keep, command } = options;
  const agent = new AgentProcess(command, config);
  step(`agent is process ${agent.pid}`);
  agent.onEvent(narrator((text) => step(`  agent: ${text}`)));
  try {
    const registered = await agent.next("registered", deadlineMs, signal);
    const patience = { deadlineMs, signal };
    await manageDevice(registrationOf(servers), (text) => step(`  management server: ${text}`), patience);
    step("a new key and certificate by order: lwm2m-safe enrol --rekey");
    const orderedAt = performance.now();
    const again = agent.next("registered", deadlineMs, signal);
    await Promise.all([again, inTime("lwm2m-safe enrol --rekey", order(command, config), patience)]);
    const renewedAt = (await again).at;
    if (keep) await stayUp(workspace, step, signal);
    await agent.stop();
    return {
      registered: true,
      shownToManagementServer: onlyOperational(servers),
      card: traceFigures(sim.traceFrom(0)),
      milliseconds: { toRegistered: registered.at - agent.spawnedAt, toRenewed: renewedAt - orderedAt },
    };
  } finally {
    await agent.stop();
  }
}

/** As a person would, at another terminal. */
async function order([program = process.execPath, ...args]: readonly string[], config: string): Promise<void> {
  const child = spawn(program, [...args, "enrol", "--rekey", "--config", config], {
    stdio: ["ignore", "ignore", "pipe"],
    timeout: deadlineMs,
  });
  const complaint = text(child.stderr);
  const [code] = await once(child, "exit");
  if (code !== 0) throw new CodedError("DEMO_FAILED", `lwm2m-safe enrol --rekey failed: ${await complaint}`);
}

function registrationOf({ management }: StoryServers) {
  const registration = management.registrations.find((each) => each.endpoint === endpoint);
  if (!registration) throw new CodedError("DEMO_FAILED", "the server lost the registration");
  return registration;
}

function onlyOperational({ shown }: StoryServers) {
  const foreign = shown.find(({ issuer }) => !issuer.includes("operator"));
  if (foreign || shown.length === 0)
    throw new CodedError("DEMO_FAILED", `the management server was shown ${foreign?.issuer ?? "nothing"}`);
  return shown;
}
