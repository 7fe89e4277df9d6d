import { CodedError } from "../../util/coded-error.ts";
import type { RecordStore } from "../../util/record-store.ts";
import { type RecordCodec, StoredRecord } from "../../util/stored-record.ts";
import { badRequest } from "../data-model/operation-error.ts";
import { FlatRecord } from "../package-delivery/flat-record.ts";
import { type DeliveryPolicy, type DeliveryPorts, PackageDelivery } from "../package-delivery/package-delivery.ts";
import type { SoftwareCommands } from "./software-commands.ts";
import { SoftwareComponent } from "./software-component.ts";
import { softwareRecordCodec } from "./software-record.ts";

export interface SoftwarePorts extends DeliveryPorts {
  readonly store: RecordStore;
  readonly commands: SoftwareCommands;
}

/** Each may hold a package: what a server can make the device keep has to end somewhere. */
const MAX_COMPONENTS = 16;

/** The software components that servers have made; which there are survives a restart, as each of them does. */
export class SoftwareComponents {
  readonly #ports: SoftwarePorts;
  readonly #policy: DeliveryPolicy;
  readonly #index: StoredRecord<readonly number[]>;
  readonly #components = new Map<number, SoftwareComponent>();

  static async open(ports: SoftwarePorts, policy: DeliveryPolicy): Promise<SoftwareComponents> {
    const components = new SoftwareComponents(ports, policy);
    for (const id of (await components.#index.load()) ?? []) await components.#open(id);
    return components;
  }

  private constructor(ports: SoftwarePorts, policy: DeliveryPolicy) {
    this.#ports = ports;
    this.#policy = policy;
    this.#index = new StoredRecord(ports.store, "software", indexCodec);
  }

  get all(): ReadonlyMap<number, SoftwareComponent> {
    return this.#components;
  }

  /** Durable when it resolves. Throws OperationError when there are too many. */
  async create(instance: number): Promise<SoftwareComponent> {
    if (this.#components.size >= MAX_COMPONENTS) throw badRequest(`at most ${MAX_COMPONENTS} components are kept`);
    const component = await this.#open(instance);
    try {
      await this.#index.save([...this.#components.keys()]);
    } catch (error) {
      this.#components.delete(instance);
      throw error;
    }
    return component;
  }

  /** Throws OperationError 4.05 while a command is at work. */
  async delete(instance: number): Promise<void> {
    await this.#components.get(instance)?.delete();
    this.#components.delete(instance);
    await this.#index.save([...this.#components.keys()]);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#components.values()].map((component) => component.stop()));
  }

  async #open(instance: number): Promise<SoftwareComponent> {
    const name = `software-${instance}`;
    const component = await SoftwareComponent.open(instance, {
      ...this.#ports,
      delivery: new PackageDelivery(name, this.#ports, this.#policy),
      record: new StoredRecord(this.#ports.store, name, softwareRecordCodec),
    });
    this.#components.set(instance, component);
    return component;
  }
}

const indexCodec: RecordCodec<readonly number[]> = {
  encode: (ids) => FlatRecord.encode(1, { instances: ids.join(" ") }),
  decode: (bytes) => {
    const ids = new FlatRecord("list of software components", 1, bytes).text("instances").split(" ").filter(Boolean);
    const numbers = ids.map(Number);
    if (numbers.every((id) => Number.isInteger(id) && id >= 0 && id < 65_535)) return numbers;
    throw new CodedError("MALFORMED", "list of software components: instance ids expected");
  },
};
