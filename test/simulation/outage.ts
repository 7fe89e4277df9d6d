import { FleetAgent, type FleetRules } from "./fleet-agent.ts";
import { type AttemptTimes, FleetNetwork } from "./fleet-network.ts";
import { FleetTime } from "./fleet-time.ts";

const HOUR_MS = 3_600_000;
const WINDOW_MS = 60_000;

export interface OutagePlan extends FleetRules {
  readonly agents: number;
  readonly outageHours: number;
  readonly attempt: AttemptTimes;
  /** From the return until the fleet is looked at. */
  readonly afterSeconds: number;
}

export interface OutageOutcome {
  /** From the second hour of the outage on. */
  readonly attempts: number;
  readonly meanPerWindow: number;
  readonly mostInAWindow: number;
  /** Longest time between two attempts of one agent during the outage. */
  readonly longestSilenceMs: number;
  readonly givenUp: number;
  readonly registered: number;
  readonly withAccount: number;
}

/** A fleet registers, loses its server at one moment, and gets it back. */
export async function outage(plan: OutagePlan): Promise<OutageOutcome> {
  const time = new FleetTime();
  const network = new FleetNetwork(time, plan.agents, plan.attempt);
  const agents = Array.from({ length: plan.agents }, (_, id) => new FleetAgent(id, plan, network, time));
  for (const { controller } of agents) controller.start();
  const begin = HOUR_MS;
  const end = begin + plan.outageHours * HOUR_MS;
  await time.advanceTo(begin);
  network.fail(end);
  await time.advanceTo(end);
  const during = network.attempts.map((times) => times.filter((at) => at >= begin));
  const givenUp = agents.reduce((sum, agent) => sum + agent.givenUp, 0);
  await time.advanceTo(end + 1000 * plan.afterSeconds);
  const outcome = {
    ...load(during.flat(), begin + HOUR_MS, end),
    longestSilenceMs: longestSilence(during, end),
    givenUp,
  };
  const registered = agents.filter((agent) => agent.isRegistered).length;
  const withAccount = agents.filter((agent) => agent.hasItsAccount).length;
  return { ...outcome, registered, withAccount };
}

function load(times: readonly number[], from: number, to: number) {
  const sorted = Float64Array.from(times.filter((at) => at >= from)).sort();
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last++) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= WINDOW_MS) first++;
    most = Math.max(most, last - first + 1);
  }
  const windows = (to - from) / WINDOW_MS;
  return { attempts: sorted.length, meanPerWindow: sorted.length / windows, mostInAWindow: most };
}

function longestSilence(attempts: readonly (readonly number[])[], end: number): number {
  const silences = attempts.flatMap((times) => times.map((at, i) => (times[i + 1] ?? end) - at));
  return silences.reduce((longest, each) => Math.max(longest, each), 0);
}
