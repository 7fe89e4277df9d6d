import type { DatagramPath, Network, PeerAddress } from "../../../src/util/network.ts";

/** A device's network until its power goes: from then on nothing is sent, not even a last word. */
export class PoweredNetwork implements Network {
  readonly #network: Network;
  readonly #paths = new Set<DatagramPath>();
  #isOff = false;

  constructor(network: Network) {
    this.#network = network;
  }

  powerOff(): void {
    this.#isOff = true;
    for (const path of this.#paths) path.close();
  }

  resolve(host: string, port: number): Promise<readonly PeerAddress[]> {
    return this.#network.resolve(host, port);
  }

  async open(peer: PeerAddress): Promise<DatagramPath> {
    const path = await this.#network.open(peer);
    if (this.#isOff) path.close();
    this.#paths.add(path);
    return path;
  }
}
