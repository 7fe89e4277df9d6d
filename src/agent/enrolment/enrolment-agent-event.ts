import type { EnrolmentEvent } from "../../est/enrolment/enrolment-event.ts";
import type { EnrolmentAgentEvent } from "../agent-event.ts";

/** An event of the enrolment under the name that it has among the agent's own. */
export function enrolmentAgentEvent(event: EnrolmentEvent): EnrolmentAgentEvent {
  // A template type keeps the union apart only case by case; a spread of the whole union does not, hence the cast.
  return { ...event, type: `enrolment-${event.type}` } as EnrolmentAgentEvent;
}
