/** RFC 7252 §4.8.2 MAX_TRANSMIT_WAIT with default parameters: an Update needs no longer to succeed or fail. */
const MAX_TRANSMIT_WAIT_S = 93;

/**
 * Milliseconds from a Register or Update to the next Update: early enough for all its retransmissions where the
 * lifetime allows, half of the lifetime otherwise. Undefined: the registration never ends.
 */
export function updateDelayMs(lifetimeSeconds: number): number | undefined {
  if (lifetimeSeconds === 0) return undefined;
  const margin = MAX_TRANSMIT_WAIT_S;
  return 1000 * (lifetimeSeconds >= 2 * margin ? lifetimeSeconds - margin : lifetimeSeconds / 2);
}
