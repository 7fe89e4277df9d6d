import { Method } from "../../../src/coap/message.ts";
import { OptionNumber } from "../../../src/coap/options.ts";
import { decodeUtf8 } from "../../../src/util/bytes.ts";
import type { LeshanEvents } from "../../support/foreign/event-stream.ts";
import type { Bench } from "./bench.ts";
import type { Device } from "./device.ts";
import { LeshanSide } from "./leshan-side.ts";
import type { PassedMessage, Relay } from "./relay.ts";
import { isRequest, numberIn, statusOf } from "./wire.ts";

interface Ports {
  readonly bootstrap: number;
  readonly server: number;
  readonly scheme: "coap" | "coaps";
}

/** Leshan's bootstrap server and its management server, for a device that is to go from one to the other. */
export class BootstrapSide {
  readonly leshan: LeshanSide;
  /** To the bootstrap server. */
  readonly wire: Relay;
  /** To the management server. */
  readonly serverWire: Relay;
  readonly #bench: Bench;
  readonly #sessions: LeshanEvents;
  readonly #scheme: Ports["scheme"];

  private constructor(
    bench: Bench,
    leshan: LeshanSide,
    sessions: LeshanEvents,
    wires: readonly [Relay, Relay],
    scheme: Ports["scheme"],
  ) {
    this.#bench = bench;
    this.leshan = leshan;
    this.#sessions = sessions;
    [this.wire, this.serverWire] = wires;
    this.#scheme = scheme;
  }

  static async open(bench: Bench, scheme: Ports["scheme"] = "coap"): Promise<BootstrapSide> {
    const { endpoint, leshan } = bench;
    const { ports } = leshan;
    const side = new LeshanSide(leshan.management, endpoint, await leshan.management.events(endpoint));
    const isClear = scheme === "coap";
    const wire = await bench.wire(isClear ? ports.bootstrapCoap : ports.bootstrapCoaps, "bootstrap");
    const serverWire = await bench.wire(isClear ? ports.coap : ports.coaps, "leshan");
    return new BootstrapSide(bench, side, await leshan.bootstrap.events(endpoint), [wire, serverWire], scheme);
  }

  /** Of the management server, as the device is told. */
  get serverUri(): string {
    return `${this.#scheme}://127.0.0.1:${this.serverWire.port}`;
  }

  /** What the bootstrap server does next time, before Finish. */
  script(steps: readonly object[]): Promise<void> {
    return this.#bench.leshan.bootstrap.configure(this.#bench.endpoint, { script: steps });
  }

  /** A device with the bootstrap account, and what else its configuration says. */
  startDevice({ security, ...config }: Readonly<Record<string, unknown>> = {}): Device {
    const uri = `${this.#scheme}://127.0.0.1:${this.wire.port}`;
    const device = this.#bench.device({ bootstrap: { uri, ...(security !== undefined && { security }) }, ...config });
    device.start();
    return device;
  }

  /** The device answered what the server did at this path with a success like "CHANGED(204)". */
  async answered(path: string, status: string): Promise<void> {
    await this.#sessions.waitFor("BSSESSION", ({ message }) => message === `${path} ${status}`);
  }

  async finished(): Promise<void> {
    await this.#sessions.waitFor("BSSESSION", ({ name }) => name === "finished");
  }

  /** The links of the answer to the next Bootstrap-Discover. */
  async discovered(path: string): Promise<string[]> {
    const isDiscover = (passed: PassedMessage): boolean =>
      isRequest(Method.GET, path, "server")(passed) && numberIn(passed.message, OptionNumber.Accept) === 40;
    const { message } = await this.wire.passed.waitFor(isDiscover, "Bootstrap-Discover");
    return decodeUtf8((await statusOf(this.wire, message)).payload, "links").split(",");
  }
}
