import type { Procedure } from "./bench.ts";
import { composite } from "./rows/composite.ts";
import { discover } from "./rows/discover.ts";
import { formats } from "./rows/formats.ts";
import { management } from "./rows/management.ts";
import { registration } from "./rows/registration.ts";

/** What each row does, by its id. */
export const procedures: Readonly<Record<string, Procedure>> = {
  ...registration,
  ...formats,
  ...management,
  ...composite,
  ...discover,
};
