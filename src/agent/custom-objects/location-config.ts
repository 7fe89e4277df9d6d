import { z } from "zod";
import { section, text } from "../config/config-fields.ts";

const addressForm = "HOST:PORT of gpsd, for example localhost:2947";
const timeoutForm = "seconds from 0.1 to 600";

/** The section `location` of the configuration: where object 6 learns where the device is. */
export function locationSection() {
  return section({
    gpsd: z
      .string({ error: addressForm })
      .regex(/^.+:\d{1,5}$/, { error: addressForm })
      .optional(),
    command: z
      .array(text("a program, then its arguments"), { error: "a list of a program and its arguments" })
      .min(1)
      .optional(),
    timeout: z
      .number({ error: timeoutForm })
      .min(0.1, { error: timeoutForm })
      .max(600, { error: timeoutForm })
      .default(10),
  }).refine(({ gpsd, command }) => (gpsd === undefined) !== (command === undefined), {
    error: "either gpsd or command",
  });
}

export interface LocationConfig {
  readonly gpsd?: string | undefined;
  readonly command?: readonly string[] | undefined;
  /** Seconds. */
  readonly timeout: number;
}
