import type { RecordStore } from "../../util/record-store.ts";
import type { EnrolmentStore } from "./enrolment-ports.ts";

const key = "enrolment";

/** The enrolment's record among the state of the device, with the generation before it. */
export function keptEnrolment(records: RecordStore): EnrolmentStore {
  return {
    load: () => records.read(key),
    save: (record) => records.write(key, record),
    setAside: (reason) => records.setAside(key, reason),
  };
}
