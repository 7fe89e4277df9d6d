import type { Entropy } from "../../src/crypto/ports.ts";
import { DtlsClient, type DtlsClientConfig } from "../../src/dtls/client.ts";
import type { DtlsSession, NeedAnswer } from "../../src/dtls/connection.ts";
import { DtlsListener, type DtlsListenerConfig, type ListenerEvent } from "../../src/dtls/listener.ts";
import { type Answerer, certificateAnswers } from "./dtls-identity.ts";
import { clientIdentity, dtlsPorts, serverIdentity } from "./dtls-pair.ts";
import { Observer } from "./dtls-simulation.ts";

const serverAnswers = certificateAnswers(serverIdentity);

interface Host {
  readonly client: DtlsClient;
  readonly observer: Observer;
  readonly answer: Answerer;
  address: string;
}

/** Many clients and one listener on a network that delivers at once; a client's address can change. */
export class Network {
  readonly listener: DtlsListener;
  readonly events: ListenerEvent[] = [];
  /** Everything that clients sent, with the address that it came from. */
  readonly sent: { readonly from: string; readonly datagram: Uint8Array }[] = [];
  /** Datagrams of the listener to addresses where nobody is. */
  readonly stray: { readonly to: string; readonly datagram: Uint8Array }[] = [];
  /** False keeps what clients send from arriving: it is only in `sent`. */
  delivers = true;
  now = 0;
  #hosts: Host[] = [];

  constructor(config: DtlsListenerConfig = {}, entropy: Entropy = dtlsPorts.entropy) {
    this.listener = new DtlsListener(config, { ...dtlsPorts, entropy });
  }

  connect(address: string, config: DtlsClientConfig = {}, identity = clientIdentity): DtlsClient {
    const client = new DtlsClient(config, dtlsPorts);
    // Whoever had the address before has lost it.
    this.#hosts = this.#hosts.filter((host) => host.address !== address);
    this.#hosts.push({ client, observer: new Observer(), answer: certificateAnswers(identity), address });
    client.start(this.now);
    this.run();
    return client;
  }

  /** From now on the client has another address, as behind a NAT that forgot it. */
  move(client: DtlsClient, address: string): void {
    this.#host(client).address = address;
  }

  observer(client: DtlsClient): Observer {
    return this.#host(client).observer;
  }

  session(client: DtlsClient): DtlsSession {
    const { session } = this.observer(client);
    if (!session) throw new Error("not connected", { cause: this.observer(client).error });
    return session;
  }

  run(): void {
    for (let busy = true; busy; ) {
      busy = this.#serve();
      for (const host of this.#hosts) busy = this.#drive(host) || busy;
    }
  }

  of(type: ListenerEvent["event"]["type"]): readonly ListenerEvent[] {
    return this.events.filter(({ event }) => event.type === type);
  }

  /** Application data that the listener delivered, as text. */
  get received(): readonly string[] {
    return this.events.flatMap(({ event }) =>
      event.type === "data" ? [new TextDecoder().decode(event.plaintext)] : [],
    );
  }

  #host(client: DtlsClient): Host {
    const host = this.#hosts.find((candidate) => candidate.client === client);
    if (!host) throw new Error("not a client of this network");
    return host;
  }

  #serve(): boolean {
    let busy = false;
    for (let out = this.listener.nextDatagram(); out; out = this.listener.nextDatagram()) {
      const { peer, datagram } = out;
      const host = this.#hosts.find(({ address }) => address === peer);
      if (host) host.client.handleDatagram(datagram, this.now);
      else this.stray.push({ to: peer, datagram });
      busy = true;
    }
    for (let out = this.listener.nextEvent(); out; out = this.listener.nextEvent()) {
      this.events.push(out);
      const answer: NeedAnswer | undefined = out.event.type === "need" ? serverAnswers(out.event.need) : undefined;
      if (out.event.type === "need" && answer) this.listener.resume(out.connection, out.event.id, answer, this.now);
      busy = true;
    }
    return busy;
  }

  #drive({ client, observer, answer, address }: Host): boolean {
    let busy = false;
    for (let datagram = client.nextDatagram(); datagram; datagram = client.nextDatagram()) {
      this.sent.push({ from: address, datagram });
      if (this.delivers) this.listener.handleDatagram(address, datagram, this.now);
      busy = true;
    }
    for (let event = client.nextEvent(); event; event = client.nextEvent()) {
      observer.events.push(event);
      const given = event.type === "need" ? answer(event.need) : undefined;
      if (event.type === "need" && given) client.resume(event.id, given, this.now);
      busy = true;
    }
    return busy;
  }
}
