import { parseCertificate } from "../../pki/certificate.ts";
import type { WallClock } from "../../util/time.ts";
import { activeCertificate, type EnrolmentRecord } from "./enrolment-record.ts";

/** Whether there is a certificate in use that has not expired. While the clock is not set nothing is taken for expired. */
export function isInUse(record: EnrolmentRecord, clock: WallClock): boolean {
  const [leaf] = activeCertificate(record)?.chain ?? [];
  return leaf !== undefined && (!clock.trusted || clock.now() <= parseCertificate(leaf).notAfter);
}
