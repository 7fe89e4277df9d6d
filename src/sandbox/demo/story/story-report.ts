import type { TraceFigures } from "../trace-figures.ts";
import type { SeenCertificate } from "./story-servers.ts";

/** What the story came to; `--json` prints just this. */
export interface StoryReport {
  readonly registered: boolean;
  /** What the management server was shown, in order; nothing by the SIM's maker is among them. */
  readonly shownToManagementServer: readonly SeenCertificate[];
  /** Counted at the card's contacts. */
  readonly card: TraceFigures;
  readonly milliseconds: {
    /** From the agent's start. */
    readonly toRegistered: number;
    /** From the order to the registration with the new certificate. */
    readonly toRenewed: number;
  };
}

export function storyText({ card, milliseconds, shownToManagementServer: shown }: StoryReport): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return [
    `start to registered with the operational certificate   ${seconds(milliseconds.toRegistered)}`,
    `order to registered with the next one                  ${seconds(milliseconds.toRenewed)}`,
    `the card: ${card.signatures} signatures, ${card.keyGenerations} key generations, ${card.apdus} APDUs`,
    `handshakes that the management server saw: ${shown.length}, none with the SIM's own certificate`,
  ].join("\n");
}
