import { integerValue, opaqueValue } from "../../formats/values.ts";
import type { ExecuteArguments } from "../data-model/execute-arguments.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import { PlainObject } from "./plain-object.ts";
import type { ResourceBehaviour } from "./table-object.ts";

const GET_AUTH_DATA = 1;
const AUTH_DATA = 2;
const AUTH_STATUS = 3;
const Status = { idle: 0, dataAvailable: 1, error: 2 } as const;

/** Produces authentication data for an instance; what it rejects with is shown as the error status. */
export type Authenticate = (instance: number, args: ExecuteArguments) => Promise<readonly Uint8Array[]>;

/** The Portfolio object (/16). Without `authenticate` it has its identities alone. */
export class PortfolioObject extends PlainObject {
  #authenticate: Authenticate | undefined;

  constructor(definition: ObjectDefinition, authenticate?: Authenticate) {
    super(definition);
    this.#authenticate = authenticate;
  }

  protected override behaviours(instance: number): (readonly [number, ResourceBehaviour])[] {
    const all = super.behaviours(instance);
    if (!this.#authenticate) return all.filter(([id]) => id !== AUTH_DATA && id !== AUTH_STATUS);
    this.#show(instance, Status.idle);
    return [...all, [GET_AUTH_DATA, { execute: (args) => this.#start(instance, args) }]];
  }

  /** The answer to the Execute does not wait for the data: the status says when they are there. */
  #start(instance: number, args: ExecuteArguments): void {
    this.#show(instance, Status.idle);
    const produced = Promise.resolve().then(() => this.#authenticate?.(instance, args) ?? []);
    void produced.then(
      (data) => this.#show(instance, Status.dataAvailable, data),
      () => this.#show(instance, Status.error),
    );
  }

  #show(instance: number, status: number, data: readonly Uint8Array[] = []): void {
    this.setValue(instance, AUTH_DATA, new Map(data.map((bytes, id) => [id, opaqueValue(bytes)])));
    this.setValue(instance, AUTH_STATUS, integerValue(status));
  }
}
