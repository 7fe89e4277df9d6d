import assert from "node:assert/strict";
import { test } from "node:test";
import { SessionKeeper } from "../../src/association/session-keeper.ts";
import type { CertificateVerifier, PeerVerdict } from "../../src/credentials/ports/certificate-verifier.ts";
import { silentLogger } from "../../src/util/log.ts";
import { MemoryStore, resumableSession, sessionWith } from "../support/memory-sessions.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const hourMs = 3_600_000;
const binding = new Uint8Array(32).fill(1);
const resumable = resumableSession();
const { signal } = new AbortController();

/** A machine: its store, its two clocks, and what its verifier says at the moment. */
class Machine {
  readonly store = new MemoryStore();
  readonly warnings: string[] = [];
  readonly judged: (readonly Uint8Array[])[] = [];
  readonly wallClock = { at: Date.UTC(2026, 6, 1), trusted: true, now: () => this.wallClock.at };
  verdict: PeerVerdict = { accepted: true, publicKey: new Uint8Array() };
  time = new VirtualTime();
  readonly verifier: CertificateVerifier = {
    verify: async (chain) => {
      this.judged.push(chain);
      return this.verdict;
    },
  };
  keeper = this.#start();

  restart(): void {
    this.time = new VirtualTime();
    this.keeper = this.#start();
  }

  async pass(ms: number): Promise<void> {
    this.wallClock.at += ms;
    await this.time.advance(ms);
  }

  find(of = binding) {
    return this.keeper.find(of, this.verifier, signal);
  }

  #start(): SessionKeeper {
    const logger = { ...silentLogger, warn: (message: string) => void this.warnings.push(message) };
    const { store, wallClock, time: clock } = this;
    return new SessionKeeper({ key: "session-1", store, clock, wallClock, logger });
  }
}

test("a session is offered again, in the same process and after a restart, its chain judged each time", async () => {
  const machine = new Machine();
  assert.equal(await machine.find(), undefined);
  await machine.keeper.keep(binding, sessionWith(resumable));
  assert.deepEqual(await machine.find(), resumable);
  machine.restart();
  assert.deepEqual(await machine.find(), resumable);
  assert.deepEqual(machine.judged, [resumable.peerChain, resumable.peerChain]);
});

test("24 hours after the full handshake it is forgotten, and resuming made it no younger", async () => {
  const machine = new Machine();
  await machine.keeper.keep(binding, sessionWith(resumable));
  await machine.pass(20 * hourMs);
  await machine.keeper.keep(binding, sessionWith(resumable, true));
  assert.equal(machine.store.writes, 1);
  machine.restart();
  await machine.pass(4 * hourMs - 1);
  assert.ok(await machine.find());
  await machine.pass(1);
  assert.equal(await machine.find(), undefined);
  assert.equal(machine.store.records.size, 0);
});

test("its age counts while the machine sleeps, and when somebody sets the time of day back by hours", async () => {
  const asleep = new Machine();
  await asleep.keeper.keep(binding, sessionWith(resumable));
  asleep.wallClock.at += 24 * hourMs;
  assert.equal(await asleep.find(), undefined);

  const setBack = new Machine();
  await setBack.keeper.keep(binding, sessionWith(resumable));
  await setBack.pass(10 * hourMs);
  setBack.wallClock.at -= 9 * hourMs;
  await setBack.pass(14 * hourMs);
  assert.equal(await setBack.find(), undefined);
});

test("one from the future is forgotten", async () => {
  const machine = new Machine();
  await machine.keeper.keep(binding, sessionWith(resumable));
  machine.restart();
  machine.wallClock.at -= 1;
  assert.equal(await machine.find(), undefined);
  assert.equal(machine.store.records.size, 0);
});

test("without the time of day it is good for this process only, and nothing is read until the time is known", async () => {
  const machine = new Machine();
  await machine.keeper.keep(binding, sessionWith(resumable));
  machine.restart();
  machine.wallClock.trusted = false;
  assert.equal(await machine.find(), undefined);
  machine.wallClock.trusted = true;
  assert.ok(await machine.find());

  const unset = new Machine();
  unset.wallClock.trusted = false;
  unset.wallClock.at = 0;
  await unset.keeper.keep(binding, sessionWith(resumable));
  assert.equal(unset.store.records.size, 0);
  unset.wallClock.at = Date.UTC(2026, 6, 1);
  unset.wallClock.trusted = true;
  assert.ok(await unset.find());
});

test("another server or credential, and a peer that would be refused today, end it for good", async () => {
  for (const change of ["binding", "trust"] as const) {
    const machine = new Machine();
    await machine.keeper.keep(binding, sessionWith(resumable));
    machine.restart();
    if (change === "trust") machine.verdict = { accepted: false, code: "revoked", message: "it is revoked" };
    assert.equal(await machine.find(change === "binding" ? binding.with(0, 9) : binding), undefined, change);
    assert.equal(machine.store.records.size, 0);
    machine.verdict = { accepted: true, publicKey: new Uint8Array() };
    assert.equal(await machine.find(), undefined, change);
  }
});

test("without a chain only one by a pre-shared key is offered, and no verifier is asked", async () => {
  const machine = new Machine();
  await machine.keeper.keep(binding, sessionWith(resumableSession({ peerChain: [] })));
  assert.equal(await machine.find(), undefined);
  const pskIdentity = Uint8Array.of(1);
  await machine.keeper.keep(binding, sessionWith(resumableSession({ peerChain: [], pskIdentity })));
  assert.ok(await machine.find());
  assert.equal(machine.judged.length, 0);
});

test("a full handshake replaces it, also with nothing", async () => {
  const machine = new Machine();
  await machine.keeper.keep(binding, sessionWith(resumable));
  const next = resumableSession({ sessionId: Uint8Array.of(9) });
  await machine.keeper.keep(binding, sessionWith(next));
  assert.deepEqual(await machine.find(), next);
  await machine.keeper.keep(binding, sessionWith());
  assert.equal(await machine.find(), undefined);
  assert.equal(machine.store.records.size, 0);
});

test("what is dropped is gone from the store too, also before anything was read", async () => {
  const machine = new Machine();
  await machine.keeper.keep(binding, sessionWith(resumable));
  machine.restart();
  await machine.keeper.drop("an alert");
  assert.equal(await machine.find(), undefined);
  assert.equal(machine.store.records.size, 0);
});

test("a broken store costs nothing but the next start, a broken record not even a warning twice", async () => {
  const machine = new Machine();
  machine.store.broken = true;
  await machine.keeper.keep(binding, sessionWith(resumable));
  assert.ok(await machine.find());
  assert.deepEqual(machine.warnings, ["the DTLS session is not kept for the next start"]);

  const rotten = new Machine();
  rotten.store.records.set("session-1", Uint8Array.of(1, 2));
  assert.equal(await rotten.find(), undefined);
  assert.equal(await rotten.find(), undefined);
  assert.deepEqual([rotten.warnings.length, rotten.store.records.size], [1, 0]);
});
