import { z } from "zod";
import { flag, section, text, whole } from "./config-fields.ts";

/** How the agent talks to its servers. */
export function networkSection() {
  return section({
    localAddress: text("a local IPv4 or IPv6 address to send from").optional(),
    connectionId: flag("true: DTLS goes on when a NAT changes our address; or false").default(true),
    resumption: flag("true: DTLS sessions are kept and resumed without a signature; or false").default(true),
    resumptionMaxAge: whole("seconds from 1 to 86400 that a session may be resumed", 1, 86_400).default(86_400),
    ackTimeout: ackTimeout().default(2),
    maxRetransmit: whole("how often an unanswered CoAP message is sent again, 0 to 20", 0, 20).default(4),
  });
}

/** ACK_TIMEOUT (RFC 7252 §4.8). */
function ackTimeout() {
  const error = "seconds from 0.1 to 60 until an unanswered CoAP message is sent again";
  return z.number({ error }).min(0.1, { error }).max(60, { error });
}
