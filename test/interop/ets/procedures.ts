import type { Procedure } from "./bench.ts";
import { bootstrap } from "./rows/bootstrap.ts";
import { cellular } from "./rows/cellular.ts";
import { composite } from "./rows/composite.ts";
import { connectivity } from "./rows/connectivity.ts";
import { deviceObject } from "./rows/device-object.ts";
import { discover } from "./rows/discover.ts";
import { firmware } from "./rows/firmware.ts";
import { formats } from "./rows/formats.ts";
import { management } from "./rows/management.ts";
import { moreObjects } from "./rows/more-objects.ts";
import { registration } from "./rows/registration.ts";
import { release12 } from "./rows/release-1-2.ts";
import { reporting } from "./rows/reporting.ts";
import { security } from "./rows/security.ts";
import { send } from "./rows/send.ts";
import { severalServers } from "./rows/several-servers.ts";

/** What each row does, by its id. */
export const procedures: Readonly<Record<string, Procedure>> = {
  ...bootstrap,
  ...security,
  ...registration,
  ...formats,
  ...management,
  ...composite,
  ...discover,
  ...reporting,
  ...send,
  ...severalServers,
  ...firmware,
  ...release12,
  ...deviceObject,
  ...connectivity,
  ...cellular,
  ...moreObjects,
};
