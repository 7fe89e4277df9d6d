import type { Entropy } from "../../crypto/ports.ts";
import { fromHex } from "../../util/bytes.ts";
import type { MonotonicClock, Timers } from "../../util/time.ts";
import { type TraceListener, traceChannel } from "./apdu-trace.ts";
import { IotSafeApplet } from "./applet.ts";
import { buildObjects, profileOf } from "./build-objects.ts";
import type { ObjectStore } from "./card-objects.ts";
import { delayMs, type Latency, latencyOf } from "./latency.ts";
import { twoBytes } from "./object-coding.ts";
import { Pkcs15Application } from "./pkcs15.ts";
import type { Profile } from "./profile.ts";
import type { PowerEvent, SimulatedCard } from "./simulated-card.ts";
import { StatusWord } from "./status-word.ts";
import { Uicc } from "./uicc.ts";
import { Usim } from "./usim.ts";

export interface VirtualSimPorts {
  readonly entropy: Entropy;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  /** `fast` when absent. */
  readonly latency?: Latency;
  readonly trace?: TraceListener;
  /** Called before the answer to a command that changed the card; when it rejects the card answers 6581. */
  readonly save?: (profile: Profile) => Promise<void>;
}

/** The virtual SIM: the card's bytes, given their time, traced, and saved when a key was generated. */
export class VirtualSim implements SimulatedCard {
  readonly atr: Uint8Array;
  readonly present = true;
  readonly #profile: Profile;
  readonly #objects: ObjectStore;
  readonly #usim: Usim;
  readonly #pkcs15: Pkcs15Application | undefined;
  readonly #uicc: Uicc;
  readonly #ports: VirtualSimPorts;
  readonly #latency: Latency;
  #unsaved = false;
  /** The card takes one command at a time. */
  #last: Promise<unknown> = Promise.resolve();

  /** Throws CodedError "BAD_SIM_PROFILE" or "BAD_SIM_KEY". */
  constructor(profile: Profile, ports: VirtualSimPorts) {
    this.#profile = profile;
    this.#ports = ports;
    this.#latency = ports.latency ?? latencyOf("fast");
    this.atr = fromHex(profile.atr);
    this.#objects = buildObjects(profile);
    this.#pkcs15 = profile.pkcs15 && new Pkcs15Application(profile.pkcs15);
    this.#usim = new Usim(profile.iccid, this.#pkcs15?.directoryRecords);
    const applet = profile.appletInstalled ? this.#makeApplet() : undefined;
    this.#uicc = new Uicc({ applet, pkcs15: this.#pkcs15, usim: this.#usim, settings: profile.settings });
  }

  /** PIN and PUK attempts at the USIM so far; a host that stops after a failed SELECT makes none. */
  get pinAttempts(): number {
    return this.#usim.pinAttempts;
  }

  /** The profile as it is now, generated keys included. */
  get profile(): Profile {
    return profileOf(this.#profile, this.#objects);
  }

  /** An operator changes a file of the PKCS #15 application over the air; without content the file goes. */
  updateFile(identifier: number, content: Uint8Array | undefined): void {
    this.#pkcs15?.setFile(identifier, content);
  }

  power(event: PowerEvent): void {
    this.#ports.trace?.({ kind: "power", at: this.#ports.clock.now(), event });
    this.#uicc.losePower();
  }

  exchange(command: Uint8Array): Promise<Uint8Array> {
    const answer = this.#last.then(() => this.#process(command));
    this.#last = answer.catch(() => {});
    return answer;
  }

  #makeApplet(): IotSafeApplet {
    const { aid, appletId, settings } = this.#profile;
    return new IotSafeApplet({
      aid: fromHex(aid),
      appletId: fromHex(appletId),
      objects: this.#objects,
      settings,
      entropy: this.#ports.entropy,
      changed: () => {
        this.#unsaved = true;
      },
    });
  }

  async #process(command: Uint8Array): Promise<Uint8Array> {
    const { clock, trace } = this.#ports;
    const channel = traceChannel(command);
    const startedAt = clock.now();
    trace?.({ kind: "command", at: startedAt, channel, bytes: command });
    const response = this.#uicc.process(command);
    const bytes = (await this.#save()) ? response : twoBytes(StatusWord.memoryFailure);
    await this.#wait(delayMs(this.#latency, command, bytes.length, this.#profile.settings.delayMs));
    const at = clock.now();
    trace?.({ kind: "response", at, channel, bytes, milliseconds: at - startedAt });
    return bytes;
  }

  async #save(): Promise<boolean> {
    if (!this.#unsaved) return true;
    this.#unsaved = false;
    return (
      this.#ports.save?.(this.profile).then(
        () => true,
        () => false,
      ) ?? true
    );
  }

  async #wait(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resolve) => this.#ports.timers.schedule(ms, resolve));
  }
}
