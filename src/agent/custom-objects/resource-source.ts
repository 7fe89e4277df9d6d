import type { Value } from "../../formats/values.ts";
import type { ExecuteArguments } from "../../lwm2m/data-model/execute-arguments.ts";

/** Where one value of a custom object comes from and goes to. What is absent cannot be done. */
export interface ResourceSource {
  /** The value now; undefined when there is none at the moment. Never rejects: trouble is logged, once. */
  read?(): Promise<Value | undefined>;
  /** Rejects when the value did not get where it belongs. */
  write?(value: Value): Promise<void>;
  execute?(args: ExecuteArguments): Promise<void>;
  /** Announces each change from now on; returns how to stop. Absent: nobody notices a change but who reads. */
  watch?(changed: () => void): () => void;
  /** The value cannot change but by `write`. */
  readonly constant?: boolean;
}
