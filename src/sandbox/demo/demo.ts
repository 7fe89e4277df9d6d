import { stringify } from "yaml";
import { PathValidator } from "../../pki/path-validator.ts";
import { systemWallClock } from "../../platform/clock.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { LatencyChoice } from "../card/latency.ts";
import { commonNameAdmission } from "../common-name-admission.ts";
import { LwM2mServer } from "../lwm2m-server.ts";
import type { Registration } from "../registration.ts";
import { SandboxCa } from "../sandbox-ca.ts";
import { AgentProcess } from "./agent-process.ts";
import type { DemoReport, StartFigures } from "./demo-report.ts";
import { DemoSim } from "./demo-sim.ts";
import { manageDevice } from "./manage-device.ts";
import { narrator } from "./narrator.ts";
import { assertSameCount, startFigures } from "./start-figures.ts";
import { traceFigures } from "./trace-figures.ts";
import { stayUp, Workspace } from "./workspace.ts";

export interface DemoOptions {
  /** How often the agent is started, with the same state folder. */
  readonly starts: number;
  readonly latency: LatencyChoice;
  /** Later starts resume the DTLS session of the first, without a signature. */
  readonly resumption: boolean;
  /** Stay up after the last start until `signal` aborts. */
  readonly keep: boolean;
  /** Program and arguments that run this program's command line. */
  readonly command: readonly string[];
  readonly signal: AbortSignal;
  /** Told each step as it happens. */
  step(text: string): void;
}

const endpoint = "urn:dev:ops:lwm2m-safe-demo";
const deadlineMs = 30_000;

/** Everything of one run. */
interface Stage {
  readonly sim: DemoSim;
  readonly server: LwM2mServer;
  readonly config: string;
  readonly workspace: Workspace;
}

/**
 * The whole product on one machine: a virtual SIM at a socket, a management server on loopback, and the agent as a
 * process of its own between them. Nothing of it is left afterwards. Rejects with a CodedError that says what failed.
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const undo: (() => Promise<void>)[] = [];
  try {
    const stage = await setStage(options, undo);
    const starts: StartFigures[] = [];
    for (let i = 1; i <= options.starts; i++) starts.push(await runStart(stage, options, i));
    return { registered: true, starts };
  } finally {
    for (const step of undo.reverse()) await step();
  }
}

async function setStage({ latency, resumption, step }: DemoOptions, undo: (() => Promise<void>)[]): Promise<Stage> {
  const workspace = await Workspace.create();
  undo.push(() => workspace.remove());
  const ca = await SandboxCa.create();
  const sim = await DemoSim.start(endpoint, ca, latency, workspace.path("card.sock"));
  undo.push(() => sim.close());
  step(`virtual SIM at ${sim.socketPath}: a fresh key, a certificate for ${endpoint}`);
  const server = await startServer(ca, step);
  undo.push(() => server.close());
  step(`management server at ${server.uri}, its certificate by the same sandbox CA`);
  return { workspace, sim, server, config: await writeConfig(workspace, ca, server, sim, resumption) };
}

async function startServer(ca: SandboxCa, step: (text: string) => void): Promise<LwM2mServer> {
  const verifier = new PathValidator({ anchors: [ca.certificate], peer: { role: "client" }, clock: systemWallClock });
  return LwM2mServer.start({
    security: { certificate: { own: await ca.issueServer(), verifier } },
    admit: commonNameAdmission,
    listener: {
      registered: ({ location, lifetime, links }) =>
        step(`  server: registered at /${location.join("/")} for ${lifetime} s: ${links}`),
      deregistered: ({ location }) => step(`  server: de-registered /${location.join("/")}`),
    },
  });
}

async function writeConfig(
  workspace: Workspace,
  ca: SandboxCa,
  server: LwM2mServer,
  sim: DemoSim,
  resumption: boolean,
): Promise<string> {
  const anchor = await workspace.write("ca.pem", ca.certificatePem);
  const security = { credential: `iotsafe:?channel=socket:${sim.socketPath}`, trust: { anchors: [anchor] } };
  const config = {
    endpoint,
    server: { uri: server.uri, shortServerId: 123, lifetime: 300, security },
    stateDirectory: workspace.path("state"),
    device: { manufacturer: "lwm2m-safe demo" },
    network: { resumption },
  };
  return workspace.write("agent.yaml", stringify(config));
}

async function runStart(
  { sim, server, config, workspace }: Stage,
  options: DemoOptions,
  number: number,
): Promise<StartFigures> {
  const { step, signal, keep, command, starts } = options;
  const from = sim.traceLength;
  const agent = new AgentProcess(command, config);
  step(`start ${number}: agent is process ${agent.pid}`);
  const figures = agent.latest("figures");
  agent.onEvent(narrator((text) => step(`  agent: ${text}`)));
  try {
    const [handshake, registered] = await Promise.all([
      agent.next("handshake", deadlineMs, signal),
      agent.next("registered", deadlineMs, signal),
    ]);
    const patience = { deadlineMs, signal };
    await manageDevice(registrationOf(server), (text) => step(`  server: ${text}`), patience);
    if (keep && number === starts) await stayUp(workspace, step, signal);
    await agent.stop();
    const figuresOfStart = startFigures(registered.at - agent.spawnedAt, { handshake, registered, figures: figures() });
    assertSameCount(figuresOfStart, traceFigures(sim.traceFrom(from)));
    return figuresOfStart;
  } finally {
    await agent.stop();
  }
}

function registrationOf(server: LwM2mServer): Registration {
  const registration = server.registrations.find((each) => each.endpoint === endpoint);
  if (!registration) throw new CodedError("DEMO_FAILED", "the server lost the registration");
  return registration;
}
