import { connectDtls } from "../../src/association/connect-dtls.ts";
import { connectNosec } from "../../src/association/connect-nosec.ts";
import type { ConnectPorts } from "../../src/association/connect-ports.ts";
import { PathTransport } from "../../src/association/path-transport.ts";
import { parseServerUri } from "../../src/association/server-uri.ts";
import type { DatagramTransport } from "../../src/coap/datagram-transport.ts";
import { DtlsListener } from "../../src/dtls/listener.ts";
import type { AssociationFactory } from "../../src/lwm2m/ports/association-factory.ts";
import { DtlsTransports } from "../../src/sandbox/dtls-transports.ts";
import { serverAnswers } from "../../src/sandbox/server-security.ts";
import type { PeersSocket } from "../../src/sandbox/server-socket.ts";
import { pskCredential } from "../support/sandbox.ts";
import { datagramPair, networkOf, type PathEnd } from "./datagram-pair.ts";

export type Security = "nosec" | "psk";
export type LinkPorts = Omit<ConnectPorts, "network">;
export type AcceptServer = (transport: DatagramTransport) => void;

/** A device's way to its server, both in memory; the server's transport is handed over when it is there. */
export function link(security: Security, ports: LinkPorts, accept: AcceptServer): AssociationFactory {
  const { device, server } = datagramPair();
  const all = { ...ports, network: networkOf(device) };
  if (security === "psk") return pskLink(all, server, accept);
  const uri = parseServerUri("coap://192.0.2.2");
  accept(new PathTransport(server));
  return { connect: (handle, signal) => connectNosec(uri, handle, all, signal) };
}

function pskLink(ports: ConnectPorts, server: PathEnd, accept: AcceptServer): AssociationFactory {
  const { preSharedKey: psk } = pskCredential.kind === "psk" ? pskCredential : fail();
  const answerNeed = serverAnswers({ psk: ({ input }, signal) => psk.deriveMasterSecret(input, signal) });
  const listener = new DtlsListener({ certificates: false, psk: true }, ports);
  new DtlsTransports(listener, socketOf(server), { ...ports, answerNeed }, (transport) => accept(transport));
  const parties = { credential: pskCredential, verifier: { verify: () => fail() } };
  const target = { uri: parseServerUri("coaps://192.0.2.2"), parties };
  return { connect: (handle, signal) => connectDtls(target, handle, ports, signal) };
}

function socketOf(path: PathEnd): PeersSocket {
  return {
    onDatagram: (listener) => path.onDatagram((datagram) => listener(path.peer, datagram)),
    send: (_, datagram) => path.send(datagram),
  };
}

function fail(): never {
  throw new Error("a PSK has no certificate");
}
