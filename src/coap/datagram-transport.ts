/** What CoAP runs over: a plain UDP path or an established DTLS session with one peer. */
export interface DatagramTransport {
  send(datagram: Uint8Array): void;
  /** Registered once, by the endpoint. */
  onDatagram(listener: (datagram: Uint8Array) => void): void;
  /** Registered once; called when no more datagrams will come or go. `error` is absent after an orderly close. */
  onClosed(listener: (error?: Error) => void): void;
}
