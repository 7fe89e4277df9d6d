import type { Association } from "../../association/association.ts";
import type { TrafficTotals } from "../server-account-event.ts";

/** A snapshot; undefined where the association does not count. */
export function trafficTotals({ traffic }: Association): TrafficTotals | undefined {
  return traffic && { bytesSent: traffic.bytesSent, bytesReceived: traffic.bytesReceived };
}

/** What came since a snapshot. */
export function trafficSince(association: Association, before: TrafficTotals | undefined): TrafficTotals | undefined {
  const after = trafficTotals(association);
  if (!after || !before) return undefined;
  return { bytesSent: after.bytesSent - before.bytesSent, bytesReceived: after.bytesReceived - before.bytesReceived };
}
