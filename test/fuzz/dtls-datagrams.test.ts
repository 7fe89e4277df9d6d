import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { decodeUtf8, encodeUtf8 } from "../../src/util/bytes.ts";
import { mutateDatagram } from "../support/dtls-forgery.ts";
import { connectedPair, type Pair } from "../support/dtls-pair.ts";
import type { Side } from "../support/dtls-simulation.ts";
import { assertHeapSettled, heapUsed } from "../support/heap.ts";
import { pick } from "../support/mutate-bytes.ts";
import { SeededRandom } from "../support/seeded-random.ts";

const total = 100_000;
const settledAt = 10_000;

describe(`${total} mutated datagrams at an established session`, () => {
  for (const side of ["client", "server"] as const) {
    test(`the ${side} answers none of them, and genuine records still come through both ways`, (t) => {
      const storm = new SessionStorm(side);
      for (let count = 1; count <= total; count++) {
        storm.mutated();
        if (count % 100 === 0) storm.genuineBothWays();
        if (count === settledAt) storm.noteHeap();
      }
      storm.report(t);
    });
  }
});

/** Mutated copies of all that went over the wire, the latest records among them, at one side of a session. */
class SessionStorm {
  readonly #random: SeededRandom;
  readonly #side: Side;
  readonly #pair: Pair = connectedPair();
  /** The whole handshake of both sides, and the last few records. */
  readonly #handshake: readonly Uint8Array[];
  readonly #records: Uint8Array[] = [];
  #now: number;
  #genuine = 0;
  #heap = 0;

  constructor(side: Side) {
    this.#side = side;
    this.#random = new SeededRandom(side === "client" ? 1 : 2);
    this.#handshake = this.#pair.simulation.sent.map(({ datagram }) => datagram);
    this.#now = this.#pair.simulation.now;
    for (let i = 0; i < 8; i++) this.genuineBothWays();
  }

  mutated(): void {
    const target = this.#pair[this.#side];
    this.#now += this.#random.below(30);
    target.handleDatagram(
      mutateDatagram(this.#random, pick(this.#random, [this.#handshake, this.#records])),
      this.#now,
    );
    target.handleTime(this.#now);
    assert.equal(target.nextDatagram(), undefined, "a forged datagram was answered");
    assert.equal(target.nextEvent(), undefined, "a forged datagram was believed");
    assert.equal(target.nextDeadline(), undefined);
  }

  genuineBothWays(): void {
    this.#carry("client", "server");
    this.#carry("server", "client");
  }

  #carry(from: Side, to: Side): void {
    const text = `record ${++this.#genuine} from the ${from}`;
    this.#pair[from].send(encodeUtf8(text));
    const datagram = this.#pair[from].nextDatagram() ?? new Uint8Array();
    this.#pair[to].handleDatagram(datagram, this.#now);
    const event = this.#pair[to].nextEvent();
    assert.equal(event?.type === "data" && decodeUtf8(event.plaintext, "test"), text);
    this.#records.push(datagram);
    if (this.#records.length > 16) this.#records.shift();
  }

  noteHeap(): void {
    this.#heap = heapUsed();
  }

  report(t: TestContext): void {
    const growth = assertHeapSettled(this.#heap);
    t.diagnostic(
      `${total} mutated, ${this.#genuine} genuine records delivered, heap ${growth} bytes above ${settledAt}`,
    );
  }
}
