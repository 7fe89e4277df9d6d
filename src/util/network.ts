/** One resolved address of a peer. `host` is numeric, with its scope id where there is one. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** "192.0.2.1:5684" or "[2001:db8::1]:5684". */
export function addressText({ host, port, family }: PeerAddress): string {
  return family === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The inverse of `addressText`. */
export function parseAddress(text: string): PeerAddress {
  const colon = text.lastIndexOf(":");
  const host = text.slice(0, colon);
  const port = Number(text.slice(colon + 1));
  return host.startsWith("[") ? { host: host.slice(1, -1), port, family: 6 } : { host, port, family: 4 };
}

/** A UDP socket bound to one peer. */
export interface DatagramPath {
  readonly peer: PeerAddress;
  /** Numeric, what its datagrams come from; absent where nobody can say. */
  readonly localAddress?: string | undefined;
  /** Never throws: what the network refuses is lost, as any datagram may be, and told as a hint. */
  send(datagram: Uint8Array): void;
  /** Registered once. */
  onDatagram(listener: (datagram: Uint8Array) => void): void;
  /**
   * Registered once. An ICMP error or a local failure to send. A hint and no more: ICMP is not authenticated, so it may
   * shorten an attempt to connect and never ends an established association (RFC 6347 §4.1.1.1, RFC 5927).
   */
  onHint(listener: (hint: Error) => void): void;
  close(): void;
}

/** The way to peers: names to addresses, addresses to paths. */
export interface Network {
  /** Every address of the name, v4 and v6, in the resolver's order. Rejects with CodedError "NAME_NOT_RESOLVED". */
  resolve(host: string, port: number): Promise<readonly PeerAddress[]>;
  /** Rejects with CodedError "PATH_UNAVAILABLE", for example when there is no route. */
  open(peer: PeerAddress): Promise<DatagramPath>;
  /**
   * Calls back when this machine's addresses have changed, with a test of whether it still has one; returns how to stop.
   * Absent: nobody watches.
   */
  onChange?(listener: (has: (localAddress: string) => boolean) => void): () => void;
}
