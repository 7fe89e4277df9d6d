import { CodedError } from "../../util/coded-error.ts";

/** The configuration file cannot be used. The message has a line a problem, each `FILE:LINE: KEY: …`. */
export class ConfigError extends CodedError {
  constructor(message: string, options?: ErrorOptions) {
    super("BAD_CONFIG", message, options);
  }
}
