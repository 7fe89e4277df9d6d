import { Method } from "../../../src/coap/message.ts";
import { connectUdp } from "../../support/coap-udp.ts";
import type { Bench } from "./bench.ts";

/** Somebody else de-registers the device at Leshan: in the clear a server cannot tell. */
export async function forgetRegistration({ leshan, trace }: Bench, registrationId: string): Promise<void> {
  const client = await connectUdp(leshan.ports.coap);
  const path = ["rd", registrationId];
  await client.endpoint.send({ method: Method.DELETE, path, query: [], options: [], payload: new Uint8Array() });
  client.close();
  trace.note(`somebody else de-registered /rd/${registrationId}`);
}
