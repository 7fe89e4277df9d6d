import { integerValue } from "../../formats/values.ts";
import type { Timer, Timers } from "../../util/time.ts";
import { isMultiple, type ResourceValue } from "../data-model/object.ts";
import { badRequest } from "../data-model/operation-error.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import type { TrafficCounts, TrafficPort } from "../ports/traffic-port.ts";
import { type ResourceBehaviour, TableObject } from "./table-object.ts";

const nothing: TrafficCounts = {
  bytesSent: 0,
  bytesReceived: 0,
  packetsSent: 0,
  packetsReceived: 0,
  smsSent: 0,
  smsReceived: 0,
};

/** Resources that show counts. The largest message (4) is not offered: no total tells it. */
const shown: ReadonlyMap<number, (counts: TrafficCounts) => number> = new Map([
  [0, ({ smsSent = 0 }: TrafficCounts) => smsSent],
  [1, ({ smsReceived = 0 }: TrafficCounts) => smsReceived],
  [2, ({ bytesSent }: TrafficCounts) => Math.floor(bytesSent / 1000)],
  [3, ({ bytesReceived }: TrafficCounts) => Math.floor(bytesReceived / 1000)],
  [5, averageSize],
]);

/**
 * The Connectivity Statistics object (/7): counts from Start to Stop, or to the end of the Collection Period when there
 * is one.
 */
export class ConnectivityStatisticsObject extends TableObject {
  readonly #port: TrafficPort;
  readonly #timers: Timers;
  #from: TrafficCounts | undefined;
  #kept = nothing;
  #period = 0;
  #timer: Timer | undefined;

  constructor(definition: ObjectDefinition, port: TrafficPort, timers: Timers) {
    super(definition);
    this.#port = port;
    this.#timers = timers;
    const counted = [...shown].map(([id, of]): readonly [number, ResourceBehaviour] => [
      id,
      { read: async () => integerValue(of(await this.#counts())), changesByItself: true },
    ]);
    this.setInstance(
      0,
      new Map<number, ResourceBehaviour>([
        ...counted,
        [6, { execute: () => this.#start() }],
        [7, { execute: () => this.#stop() }],
        [8, { read: () => integerValue(this.#period), write: (value) => this.#setPeriod(value) }],
      ]),
    );
  }

  async #counts(): Promise<TrafficCounts> {
    return this.#from ? since(await this.#port.counts(), this.#from) : this.#kept;
  }

  async #start(): Promise<void> {
    this.#timer?.cancel();
    this.#from = await this.#port.counts();
    if (this.#period > 0) this.#timer = this.#timers.schedule(1000 * this.#period, () => void this.#stop());
    this.#announceCounts();
  }

  async #stop(): Promise<void> {
    this.#timer?.cancel();
    this.#kept = await this.#counts();
    this.#from = undefined;
    this.#announceCounts();
  }

  #setPeriod(value: ResourceValue): () => void {
    if (isMultiple(value) || value.type !== "integer" || value.value < 0n || value.value > 0xffff_ffffn) {
      throw badRequest("a collection period is a number of seconds");
    }
    const seconds = Number(value.value);
    return () => {
      this.#period = seconds;
    };
  }

  #announceCounts(): void {
    for (const resource of shown.keys()) this.announce({ instance: 0, resource });
  }
}

function averageSize({ bytesSent, bytesReceived, packetsSent, packetsReceived }: TrafficCounts): number {
  const packets = packetsSent + packetsReceived;
  return packets === 0 ? 0 : Math.round((bytesSent + bytesReceived) / packets);
}

function since(now: TrafficCounts, from: TrafficCounts): TrafficCounts {
  return {
    bytesSent: grown(now.bytesSent, from.bytesSent),
    bytesReceived: grown(now.bytesReceived, from.bytesReceived),
    packetsSent: grown(now.packetsSent, from.packetsSent),
    packetsReceived: grown(now.packetsReceived, from.packetsReceived),
    smsSent: grown(now.smsSent, from.smsSent),
    smsReceived: grown(now.smsReceived, from.smsReceived),
  };
}

/** A total below the one before started anew, as after an interface was down. */
function grown(now = 0, from = 0): number {
  return now >= from ? now - from : now;
}
