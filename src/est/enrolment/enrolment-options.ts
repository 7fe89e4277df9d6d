import type { KeySlots } from "../../credentials/ports/key-slots.ts";
import type { Entropy } from "../../crypto/ports.ts";
import type { RequestProfile } from "../../pki/requested-content.ts";
import type { WallClock } from "../../util/time.ts";
import type { EnrolmentEvent } from "./enrolment-event.ts";
import type { FailurePolicy } from "./enrolment-failure.ts";
import type { CredentialProver, EnrolmentStore, EstConnector } from "./enrolment-ports.ts";
import type { ChannelBinding } from "./enrolment-session.ts";
import type { IssuedChecks } from "./issued-certificate.ts";

export interface EnrolmentPorts {
  readonly slots: KeySlots;
  readonly store: EnrolmentStore;
  readonly connector: EstConnector;
  readonly prover: CredentialProver;
  readonly clock: WallClock;
  readonly entropy: Entropy;
  readonly onEvent?: (event: EnrolmentEvent) => void;
}

export interface EnrolmentOptions {
  readonly profile: RequestProfile;
  /** "ignore": crts is not asked for, and an issued certificate's path is not checked. "use" when absent. */
  readonly caCertificates?: "use" | "ignore";
  /** "when-asked" when absent. */
  readonly channelBinding?: ChannelBinding;
  readonly issued?: Pick<IssuedChecks, "minimumLifeMs" | "otherNames">;
  readonly skewMs?: number;
  readonly failures?: Partial<FailurePolicy>;
}
