import { CoapEndpoint } from "../../src/coap/endpoint.ts";
import type { RequestHandler } from "../../src/coap/exchange.ts";
import { Code } from "../../src/coap/message.ts";
import type { CoapParameters } from "../../src/coap/parameters.ts";
import { silentLogger } from "../../src/util/log.ts";
import { fairWeather, type NetworkEnd, networkOfTwo, scriptedEnd, type Weather } from "./coap-network.ts";
import { SeededRandom } from "./seeded-random.ts";
import { VirtualTime } from "./virtual-time.ts";

export const notFound: RequestHandler = () => ({ code: Code.NotFound });

export function endpoint(
  transport: NetworkEnd,
  time: VirtualTime,
  entropy: SeededRandom,
  handle: RequestHandler = notFound,
  parameters: Partial<CoapParameters> = {},
  criticalOptions: readonly number[] = [],
): CoapEndpoint {
  const ports = { transport, clock: time, timers: time, entropy, logger: silentLogger };
  return new CoapEndpoint({ ...ports, handle, parameters, criticalOptions });
}

export interface PairSettings {
  readonly handle?: RequestHandler;
  readonly clientHandle?: RequestHandler;
  readonly weather?: Weather;
  readonly seed?: number;
  readonly parameters?: Partial<CoapParameters>;
  readonly clientParameters?: Partial<CoapParameters>;
}

/** Two endpoints of ours over a network in virtual time. */
export function pair(settings: PairSettings = {}) {
  const time = new VirtualTime();
  const random = new SeededRandom(settings.seed ?? 1);
  const [near, far] = networkOfTwo(time, random, settings.weather ?? fairWeather);
  const client = endpoint(near, time, random, settings.clientHandle, settings.clientParameters);
  const server = endpoint(far, time, random, settings.handle, settings.parameters);
  return { time, client, server, near, far };
}

/** One endpoint of ours whose peer is the test. */
export function scripted(
  handle: RequestHandler = notFound,
  parameters: Partial<CoapParameters> = {},
  criticalOptions: readonly number[] = [],
) {
  const time = new VirtualTime();
  const wire = scriptedEnd();
  return { time, wire, endpoint: endpoint(wire, time, new SeededRandom(7), handle, parameters, criticalOptions) };
}
