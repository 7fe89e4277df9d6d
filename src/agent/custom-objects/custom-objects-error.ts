import { CodedError } from "../../util/coded-error.ts";

/** The section `objects` does not fit the object definitions. The message has a line a problem, each `KEY: …`. */
export class CustomObjectsError extends CodedError {
  constructor(problems: readonly string[], options?: ErrorOptions) {
    super("BAD_OBJECTS_CONFIG", problems.join("\n"), options);
  }
}
