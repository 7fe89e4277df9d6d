import { sha256 } from "../../src/crypto/hash.ts";
import type { PrivateKey } from "../../src/crypto/private-key.ts";
import { DtlsError } from "../../src/dtls/dtls-error.ts";
import { channelBindingChallenge } from "../../src/est/channel-binding.ts";
import { Enrolment, type EnrolmentResult } from "../../src/est/enrolment/enrolment.ts";
import type { EnrolmentEvent } from "../../src/est/enrolment/enrolment-event.ts";
import type { EnrolmentOptions, EnrolmentPorts } from "../../src/est/enrolment/enrolment-options.ts";
import type { EstIdentity } from "../../src/est/enrolment/enrolment-ports.ts";
import { activeCertificate, type EnrolmentRecord, emptyRecord } from "../../src/est/enrolment/enrolment-record.ts";
import { decodeRecord } from "../../src/est/enrolment/record-codec.ts";
import { EstClient } from "../../src/est/est-client.ts";
import { parseCertificate } from "../../src/pki/certificate.ts";
import { PathValidator } from "../../src/pki/path-validator.ts";
import type { Profile } from "../../src/sandbox/card/profile.ts";
import { EstAuthority } from "../../src/sandbox/est-authority.ts";
import { EstResources, type EstResourcesOptions } from "../../src/sandbox/est-resources.ts";
import { equalBytes, toHex } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { EnrolmentCard } from "./enrolment-card.ts";
import { certificateSession, FakeAssociation } from "./fake-association.ts";
import { MemoryKeySlots } from "./memory-key-slots.ts";
import { SeededRandom } from "./seeded-random.ts";
import { settle, VirtualTime } from "./virtual-time.ts";

export const day = 86_400_000;
const start = Date.parse("2026-06-01T12:00:00Z");
const { signal } = new AbortController();

export interface WorldOptions {
  readonly slots?: number;
  /** A virtual SIM instead of slots in memory; its calls are no points, for it has commands to fail at. */
  readonly card?: Profile;
  readonly lifetimeMs?: number;
  readonly server?: Omit<EstResourcesOptions, "authority">;
  readonly options?: Partial<EnrolmentOptions>;
}

/** What a point in a run does: goes on, throws, or never comes back because the process was killed. */
type Fault = { readonly kind: "none" } | { readonly kind: "kill" | "throw"; readonly at: number };

/**
 * A device with key slots and a disk, an EST server, and time, all in memory. Every call of the device to the outside is
 * a point before and a point after its effect, at which a test may kill the process or make the call fail.
 */
export class EnrolmentWorld {
  readonly time = new VirtualTime(start);
  readonly authority: EstAuthority;
  readonly slots: MemoryKeySlots;
  readonly card: EnrolmentCard | undefined;
  readonly events: EnrolmentEvent[] = [];
  /** Hexadecimal of every CSR that reached the server, in order. */
  readonly requests: string[] = [];
  readonly calls: string[] = [];
  trusted = true;
  stored: Uint8Array | undefined;
  writes = 0;
  points = 0;
  /** The bootstrap certificate; the server takes it unless told otherwise. */
  bootstrapAccepted = true;
  operationalAccepted = true;
  proofAccepted = true;
  readonly #options: WorldOptions;
  readonly #resources: EstResources;
  readonly #bootstrap: Uint8Array;
  #fault: Fault = { kind: "none" };
  #die: () => void = () => {};
  #sessions = 0;
  #underWay = 0;

  static async create(options: WorldOptions = {}): Promise<EnrolmentWorld> {
    const clock = { now: () => start };
    const lifetimeMs = options.lifetimeMs ?? 90 * day;
    const authority = await EstAuthority.create({ lifetimeMs, now: () => clock.now() });
    const world = new EnrolmentWorld(options, authority, authority.root);
    clock.now = () => world.time.now();
    return world;
  }

  /** The same device at the same moment; only the authority, whose clock stays where it is, is shared. */
  copy(): EnrolmentWorld {
    const options = this.card ? { ...this.#options, card: this.card.profile } : this.#options;
    const world = new EnrolmentWorld(options, this.authority, this.#bootstrap);
    world.stored = this.stored;
    world.keys.splice(0, this.keys.length, ...this.keys);
    return world;
  }

  private constructor(options: WorldOptions, authority: EstAuthority, bootstrap: Uint8Array) {
    this.#options = options;
    this.authority = authority;
    this.#resources = new EstResources({ authority, ...options.server });
    this.#bootstrap = bootstrap;
    this.slots = new MemoryKeySlots(options.slots ?? 2);
    this.card = options.card && new EnrolmentCard(options.card, this.time);
  }

  get keys(): (PrivateKey | undefined)[] {
    return this.slots.keys;
  }

  get record(): EnrolmentRecord {
    return this.stored ? decodeRecord(this.stored) : emptyRecord(this.keys.length);
  }

  /** The certificate in use as the disk has it. */
  get leaf(): Uint8Array | undefined {
    return activeCertificate(this.record)?.chain[0];
  }

  /** A process that starts. `save`: instead of the disk. */
  open(save?: EnrolmentPorts["store"]["save"]): Promise<Enrolment> {
    const profile = { commonName: "device-1", alternativeNames: [{ kind: "uri", uri: "urn:dev:os:1-1" }] } as const;
    const ports = this.ports();
    const store = save ? { ...ports.store, save } : ports.store;
    const { signal } = new AbortController();
    return Enrolment.open({ profile, ...this.#options.options }, { ...ports, store }, signal);
  }

  /** Runs until it is done or has failed, with time going on while it waits. */
  async finish(enrolment: Enrolment): Promise<EnrolmentResult> {
    for (let i = 0; i < 100; i++) {
      const result = await enrolment.run(signal);
      if (result.kind !== "waiting") return result;
      await this.time.advance(result.until - this.time.now());
    }
    throw new Error("it never ends");
  }

  /** Time goes on by the hour, and stands still while the device and the server work. */
  async sleep(ms: number): Promise<void> {
    const end = this.time.now() + ms;
    do {
      await this.time.advance(Math.min(3_600_000, end - this.time.now()));
      while (this.#underWay > 0) await settle();
    } while (this.time.now() < end);
  }

  /** Enrols for the first time, without faults. */
  async enrolled(): Promise<Enrolment> {
    const enrolment = await this.open();
    await enrolment.begin("new-key");
    await this.finish(enrolment);
    await enrolment.confirm();
    return enrolment;
  }

  /** Resolves to whether the process was killed while it did `act`. */
  async withFault(fault: Fault, act: () => Promise<unknown>): Promise<"done" | "killed"> {
    this.points = 0;
    this.#fault = fault;
    const death = new Promise<"killed">((resolve) => {
      this.#die = () => resolve("killed");
    });
    const result = await Promise.race([act().then(() => "done" as const), death]);
    this.#fault = { kind: "none" };
    return result;
  }

  /** Why the device could not show itself with what its disk says; undefined when it could. */
  async problemWithCredential(): Promise<string | undefined> {
    const { activeSlot } = this.record;
    const held = activeCertificate(this.record);
    if (activeSlot === undefined || !held) return "none in use";
    return this.#problem(activeSlot, held.chain);
  }

  /** The world as a new process meets it. */
  ports(): EnrolmentPorts {
    const alive = { dead: false };
    const call = <T>(name: string, effect: () => Promise<T> | T): Promise<T> => this.#call(alive, name, effect);
    const random = new SeededRandom(1);
    const { time } = this;
    const world = this;
    return {
      clock: {
        now: () => time.now(),
        get trusted() {
          return world.trusted;
        },
      },
      entropy: random,
      onEvent: (event) => this.events.push(event),
      store: {
        load: () => call("load", () => this.stored),
        save: (record) =>
          call("save", () => {
            this.writes++;
            this.stored = record;
          }),
      },
      slots: this.card?.slots() ?? {
        count: this.keys.length,
        publicKey: (slot) => call("read key", () => this.slots.publicKey(slot)),
        generate: (slot) => call("generate", () => this.slots.generate(slot)),
        signer: (slot) => call("signer", () => this.slots.signer(slot)),
      },
      connector: { open: (identity, root) => call("connect", () => this.#connect(identity, root, call)) },
      prover: { prove: (slot, chain) => call("prove", () => this.#prove(slot, chain)) },
    };
  }

  async #call<T>(alive: { dead: boolean }, name: string, effect: () => Promise<T> | T): Promise<T> {
    await this.#point(alive);
    this.calls.push(name);
    this.#underWay++;
    try {
      return await effect();
    } finally {
      await settle();
      this.#underWay--;
      await this.#point(alive);
    }
  }

  async #point(process: { dead: boolean }): Promise<void> {
    this.points++;
    if (this.#fault.kind === "throw" && this.points === this.#fault.at) throw new CodedError("CARD_GONE", "pulled");
    if (this.#fault.kind === "kill" && this.points === this.#fault.at) {
      process.dead = true;
      this.#die();
    }
    if (process.dead) await new Promise(() => {});
  }

  async #connect(
    identity: EstIdentity,
    root: readonly string[] | undefined,
    call: <T>(name: string, effect: () => Promise<T> | T) => Promise<T>,
  ) {
    const chain = identity.kind === "bootstrap" ? [this.#bootstrap] : identity.chain;
    const accepted = identity.kind === "bootstrap" ? this.bootstrapAccepted : this.operationalAccepted;
    const problem = identity.kind === "operational" ? await this.#problem(identity.slot, chain) : undefined;
    if (!accepted || problem !== undefined) throw refusal(45);
    const tlsUnique = sha256(Uint8Array.of(++this.#sessions)).subarray(0, 12);
    const serverSide = new FakeAssociation(() => ({ code: 0x84 }), {
      ...certificateSession,
      peerChain: chain,
      tlsUnique,
    });
    const association = new FakeAssociation(
      (request) =>
        call(request.path.at(-1) ?? "", async () => {
          if (request.path.at(-1)?.endsWith("en")) this.requests.push(toHex(request.payload));
          return (await this.#resources.handle(request, serverSide)) ?? { code: 0x84 };
        }),
      { ...certificateSession, tlsUnique },
    );
    const options = { discover: false, patienceMs: 0, ...(root && { rememberedRoot: root }) };
    const service = new EstClient(association, options, { timers: this.time });
    const close = () => association.close();
    return { service, peerChain: [], challenge: channelBindingChallenge({ tlsUnique }), close };
  }

  async #prove(slot: number, chain: readonly Uint8Array[]): Promise<void> {
    if (!this.proofAccepted || (await this.#problem(slot, chain)) !== undefined) throw refusal(46);
  }

  async #problem(slot: number, chain: readonly Uint8Array[]): Promise<string | undefined> {
    const [leaf = new Uint8Array(0)] = chain;
    const publicKey = this.card ? this.card.publicKey(slot) : this.keys[slot]?.publicKey;
    if (!publicKey || !equalBytes(parseCertificate(leaf).publicKey, publicKey)) return "the slot has another key";
    const clock = { now: () => this.time.now(), trusted: true };
    const anchors = this.authority.certificates;
    const verdict = await new PathValidator({ anchors, clock, peer: { role: "client" } }).verify(chain);
    return verdict.accepted ? undefined : verdict.message;
  }
}

function refusal(alert: number): CodedError {
  const cause = new DtlsError("ALERT_RECEIVED", `alert ${alert}`, { alert });
  return new CodedError("SERVER_UNREACHABLE", "refused", { cause });
}
