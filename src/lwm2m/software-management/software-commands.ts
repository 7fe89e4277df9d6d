import type { Image } from "../package-delivery/installation.ts";

/** How software gets onto this device and off it. Each resolves with true when it worked; none rejects for a failure. */
export interface SoftwareCommands {
  install(image: Image): Promise<boolean>;
  uninstall(image: Image): Promise<boolean>;
  /** Absent: installed software is active when it says so itself; nothing has to be done. */
  activate?(image: Image): Promise<boolean>;
  deactivate?(image: Image): Promise<boolean>;
}
