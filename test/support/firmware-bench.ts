import type { CoapEndpoint } from "../../src/coap/endpoint.ts";
import type { CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { Code, codeText, type Method } from "../../src/coap/message.ts";
import { OptionNumber } from "../../src/coap/options.ts";
import { ContentFormat } from "../../src/formats/content-format.ts";
import { fullAccess } from "../../src/lwm2m/data-model/access-control.ts";
import { AttributeStore } from "../../src/lwm2m/data-model/attribute-store.ts";
import { DataModel } from "../../src/lwm2m/data-model/data-model.ts";
import { routeRequest } from "../../src/lwm2m/data-model/request-router.ts";
import type { ServerContext } from "../../src/lwm2m/data-model/server-context.ts";
import { openStreamedWrite } from "../../src/lwm2m/data-model/streamed-write.ts";
import { FirmwareUpdate } from "../../src/lwm2m/firmware-update/firmware-update.ts";
import type { FirmwareEvent } from "../../src/lwm2m/firmware-update/update-journal.ts";
import { updateRecordCodec } from "../../src/lwm2m/firmware-update/update-record.ts";
import { FirmwareUpdateObject } from "../../src/lwm2m/objects/firmware-update-object.ts";
import { CoapSource } from "../../src/lwm2m/package-delivery/coap-source.ts";
import type { DownloadSource } from "../../src/lwm2m/package-delivery/download-source.ts";
import type { Installation, InstallOutcome } from "../../src/lwm2m/package-delivery/installation.ts";
import {
  type DeliveryPolicy,
  type DeliveryPorts,
  defaultDeliveryPolicy,
  PackageDelivery,
} from "../../src/lwm2m/package-delivery/package-delivery.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { silentLogger } from "../../src/util/log.ts";
import type { RecordStore } from "../../src/util/record-store.ts";
import { StoredRecord } from "../../src/util/stored-record.ts";
import { request } from "../lwm2m/bench-device.ts";
import { registry } from "../lwm2m/objects-folder.ts";
import { fairWeather, networkOfTwo, type Weather } from "./coap-network.ts";
import { endpoint, notFound } from "./coap-pair.ts";
import { MemorySpool } from "./memory-spool.ts";
import { SeededRandom } from "./seeded-random.ts";
import { settle, VirtualTime } from "./virtual-time.ts";

/** A CoAP server with one file; counts what it gives. */
export class FileServer {
  body: Uint8Array = new Uint8Array(0);
  tag: string | undefined = "v1";
  refusal: number | undefined;
  /** Does not answer. */
  silent = false;
  bytesGiven = 0;
  readonly blockSize = 1024;

  readonly handle = (): Promise<CoapResponse> | CoapResponse => {
    if (this.silent) return new Promise(() => {});
    if (this.refusal !== undefined) return { code: this.refusal };
    const options = this.tag === undefined ? [] : [{ number: OptionNumber.ETag, value: encodeUtf8(this.tag) }];
    return { code: Code.Content, payload: this.body, options };
  };
}

export interface BenchSettings {
  readonly seed?: number;
  readonly weather?: Weather;
  readonly policy?: Partial<DeliveryPolicy>;
  readonly verify?: NonNullable<DeliveryPorts["verify"]>;
  readonly version?: "1.0" | "1.1" | "1.2";
  readonly sources?: ReadonlyMap<string, DownloadSource>;
}

/** A device with Object 5 and a management server, over a network in virtual time; its disk outlives its lives. */
export class FirmwareBench {
  readonly time = new VirtualTime(1_700_000_000_000);
  readonly random: SeededRandom;
  readonly spool = new MemorySpool();
  readonly disk = new Map<string, Uint8Array>();
  readonly files = new FileServer();
  readonly events: FirmwareEvent[] = [];
  readonly installed: string[] = [];
  outcome: InstallOutcome | Promise<InstallOutcome> = "installed";
  confirmed: boolean | undefined;
  running: string | undefined = "1.0";
  unwritable = false;
  readonly #settings: BenchSettings;
  #life = new AbortController();
  #server: CoapEndpoint | undefined;
  #update: FirmwareUpdate | undefined;

  constructor(settings: BenchSettings = {}) {
    this.#settings = settings;
    this.random = new SeededRandom(settings.seed ?? 1);
  }

  static async started(settings: BenchSettings = {}): Promise<FirmwareBench> {
    const bench = new FirmwareBench(settings);
    await bench.start();
    return bench;
  }

  get update(): FirmwareUpdate {
    if (!this.#update) throw new Error("not started");
    return this.#update;
  }

  /** "downloading initial" */
  get state(): string {
    const { state, result } = this.update.record;
    return `${state} ${result}`;
  }

  get image(): Uint8Array | undefined {
    return this.spool.packages.get("firmware");
  }

  async start(): Promise<void> {
    this.#life = new AbortController();
    const { signal } = this.#life;
    const { time, random } = this;
    const { policy = {}, verify, version = "1.1", sources } = this.#settings;
    const ports = {
      spool: mortal(this.spool, signal),
      sources: sources ?? new Map([["coap", this.#coapSource(signal)]]),
      ...(verify && { verify }),
      timers: { schedule: (ms: number, run: () => void) => time.schedule(ms, () => signal.aborted || run()) },
      entropy: random,
      logger: silentLogger,
    };
    this.#update = await FirmwareUpdate.open({
      ...ports,
      delivery: new PackageDelivery("firmware", ports, { ...defaultDeliveryPolicy, ...policy }),
      record: new StoredRecord(mortal(this.#store(), signal), "firmware", updateRecordCodec),
      installation: this.#installation,
      wallClock: time,
      onEvent: (event) => signal.aborted || this.events.push(event),
    });
    const object = new FirmwareUpdateObject(registry.get(5, version), this.#update);
    this.#serve(new DataModel([object]), signal);
    await settle();
  }

  /** As kill -9: nothing that was under way goes on. */
  async kill(): Promise<void> {
    this.#life.abort();
    await settle();
  }

  /** The connection to the management server goes. */
  disconnect(): void {
    this.#connection?.close();
  }

  #connection: CoapEndpoint | undefined;

  /** A request of the management server; "2.04" or "2.05 text". */
  async ask(
    method: keyof typeof Method,
    path: string,
    payload?: Uint8Array | string,
    format?: number,
  ): Promise<string> {
    const given = typeof payload === "string" ? ContentFormat.text : ContentFormat.opaque;
    const contentFormat = method === "POST" || payload === undefined ? {} : { contentFormat: format ?? given };
    const fields = { ...contentFormat, ...(payload !== undefined && { payload }) };
    const { code, payload: answer } = await this.#until(this.#endpoint.send(request(method, path, fields)));
    const text = new TextDecoder().decode(answer);
    return text === "" ? codeText(code) : `${codeText(code)} ${text}`;
  }

  /** A request of the management server under way, for tests that do something meanwhile. */
  send(content: CoapRequest): Promise<CoapResponse> {
    return this.#endpoint.send(content);
  }

  /** Time goes on until it holds. */
  async reach(holds: () => boolean, limitMs = 3_600_000): Promise<void> {
    for (let waited = 0; !holds(); waited += 100) {
      if (waited > limitMs) throw new Error(`not reached; ${this.state}`);
      await this.time.advance(100);
    }
  }

  get #endpoint(): CoapEndpoint {
    if (!this.#server) throw new Error("not started");
    return this.#server;
  }

  async #until<T>(promise: Promise<T>): Promise<T> {
    let over = false;
    const done = promise.finally(() => {
      over = true;
    });
    done.catch(() => undefined);
    while (!over) await this.time.advance(100);
    return done;
  }

  #store(): RecordStore {
    return {
      read: async (key) => this.disk.get(key),
      write: async (key, content) => {
        if (this.unwritable) throw new Error("read-only file system");
        this.disk.set(key, content);
      },
      remove: async (key) => void this.disk.delete(key),
      setAside: async (key) => void this.disk.delete(key),
    };
  }

  readonly #installation: Installation = {
    install: async ({ path, name, version }, progress) => {
      this.installed.push([path, name, version].filter(Boolean).join(" "));
      progress(50);
      return this.outcome;
    },
    confirm: async () => this.confirmed,
    version: () => this.running,
  };

  #coapSource(signal: AbortSignal): CoapSource {
    return new CoapSource(async () => {
      const [near, far] = networkOfTwo(this.time, this.random, this.#settings.weather ?? fairWeather);
      const client = endpoint(near, this.time, this.random);
      const server = endpoint(far, this.time, this.random, this.files.handle);
      signal.addEventListener("abort", () => client.close());
      return {
        fetchBlock: async (content, block, abort) => {
          const answer = await client.fetchBlock(content, block, { signal: abort });
          if (signal.aborted) return new Promise(() => {});
          this.files.bytesGiven += answer.response.payload?.length ?? 0;
          return answer;
        },
        close: async () => {
          client.close();
          server.close();
        },
      };
    });
  }

  #serve(model: DataModel, signal: AbortSignal): void {
    const [near, far] = networkOfTwo(this.time, this.random, this.#settings.weather ?? fairWeather);
    const context: ServerContext = {
      shortServerId: 1,
      version: "1.1",
      access: fullAccess,
      attributes: new AttributeStore(),
    };
    const handle = Object.assign((asked: CoapRequest) => routeRequest(asked, model, context, silentLogger), {
      openBody: (asked: CoapRequest, announced: number | undefined) =>
        openStreamedWrite(asked, announced, model, context, silentLogger),
    });
    this.#connection = endpoint(near, this.time, this.random, handle);
    this.#server = endpoint(far, this.time, this.random, notFound);
    const device = this.#connection;
    signal.addEventListener("abort", () => device.close());
  }
}

/** After the signal every call hangs and changes nothing, as the calls of a killed process do. */
function mortal<T extends object>(port: T, signal: AbortSignal): T {
  return new Proxy(port, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        if (signal.aborted) return new Promise(() => {});
        const result: unknown = Reflect.apply(member, target, args);
        if (!(result instanceof Promise)) return result;
        return result.then((value: unknown) => (isFile(value) ? mortal(value, signal) : value));
      };
    },
  });
}

function isFile(value: unknown): value is object {
  return typeof value === "object" && value !== null && "append" in value;
}
