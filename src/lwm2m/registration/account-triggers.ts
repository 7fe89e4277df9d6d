import type { Timer, Timers } from "../../util/time.ts";
import type { AttributeStore } from "../data-model/attribute-store.ts";
import type { DataModel } from "../data-model/data-model.ts";
import type { ServerInstance } from "../objects/server-instance.ts";
import type { ServerObservations } from "../observation/server-observations.ts";
import type { WakeUp, WakeUps } from "./wake-ups.ts";

/** What a request sets off waits this long: its answer goes first, and several changes make one Update. */
const ANSWER_FIRST_MS = 100;

export interface AccountTriggersOptions {
  readonly server: ServerInstance;
  readonly dataModel: DataModel;
  readonly attributes: AttributeStore;
  readonly observations: ServerObservations;
  readonly timers: Timers;
}

/** Hears of what the server executes and of what changes on the device, and wakes the account up for it. */
export class AccountTriggers {
  readonly #options: AccountTriggersOptions;
  readonly #wakeUps: WakeUps;
  readonly #pending = new Map<WakeUp["type"], Timer>();
  #stops: (() => void)[] = [];

  constructor(options: AccountTriggersOptions, wakeUps: WakeUps) {
    this.#options = options;
    this.#wakeUps = wakeUps;
  }

  start(): void {
    const { server, dataModel, observations } = this.#options;
    server.attach({
      disable: () => this.#later({ type: "disable", reason: "disabled by the server" }),
      updateRegistration: () => this.#later({ type: "update", reason: "asked for by the server" }),
    });
    this.#stops = [
      () => server.attach(undefined),
      server.onChange((changed) => {
        if (changed.has("lifetime") || changed.has("binding"))
          this.#later({ type: "update", reason: "settings changed" });
        observations.touchAll();
      }),
      dataModel.onChange(({ path, structure }) => {
        if (structure) this.#structureChanged(path);
      }),
    ];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
    for (const timer of this.#pending.values()) timer.cancel();
    this.#pending.clear();
  }

  #structureChanged(path: readonly number[]): void {
    const [objectId = -1, instance = -1] = path;
    const { dataModel, attributes } = this.#options;
    const isThere = path.length === 1 ? dataModel.object(objectId) : dataModel.hasInstance(objectId, instance);
    if (!isThere) attributes.removeBelow(path);
    this.#later({ type: "update", reason: "objects or instances changed" });
  }

  #later(wakeUp: WakeUp): void {
    if (this.#pending.has(wakeUp.type)) return;
    const post = () => {
      this.#pending.delete(wakeUp.type);
      this.#wakeUps.post(wakeUp);
    };
    this.#pending.set(wakeUp.type, this.#options.timers.schedule(ANSWER_FIRST_MS, post));
  }
}
