import type { Path } from "../../formats/path.ts";
import type { Configuration } from "./configuration.ts";

/** What came from a card, so that a change of the card is noticed and what came with it can go with it. */
export interface CardOrigin {
  /** Absent when the card does not say. */
  readonly iccid?: string;
  /** SHA-256 of the file in hexadecimal: the file itself holds keys. */
  readonly digest: string;
  /** Instances that are as the card brought them. */
  readonly instances: readonly Path[];
}

/** What bootstrap wants to find again after a restart. The agent keeps it, whole and unbroken. */
export interface SavedBootstrap {
  /** The objects whose content is stored; keys included. */
  readonly configuration: Configuration;
  readonly card?: CardOrigin;
  /** Seconds since 1970 UTC at which the bootstrap account has to go (/0/x/12). */
  readonly bootstrapAccountEndsAt?: number;
}

/** Where the agent keeps it. */
export interface BootstrapStore {
  /** Durable when it resolves; when it rejects, the earlier state is still there. */
  save(state: SavedBootstrap): Promise<void>;
}
