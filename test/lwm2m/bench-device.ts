import type { CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { codeText, Method } from "../../src/coap/message.ts";
import { fullAccess } from "../../src/lwm2m/data-model/access-control.ts";
import { AttributeStore } from "../../src/lwm2m/data-model/attribute-store.ts";
import { DataModel } from "../../src/lwm2m/data-model/data-model.ts";
import { routeRequest } from "../../src/lwm2m/data-model/request-router.ts";
import type { ServerContext } from "../../src/lwm2m/data-model/server-context.ts";
import { DeviceObject } from "../../src/lwm2m/objects/device-object.ts";
import { SecurityObject } from "../../src/lwm2m/objects/security-object.ts";
import { ServerInstance } from "../../src/lwm2m/objects/server-instance.ts";
import { ServerObject } from "../../src/lwm2m/objects/server-object.ts";
import type { DevicePort } from "../../src/lwm2m/ports/device-port.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { silentLogger } from "../../src/util/log.ts";
import { VirtualTime } from "../support/virtual-time.ts";
import { registry } from "./objects-folder.ts";
import { TestObject } from "./test-object.ts";

/** What the port's setters and hooks were called with. */
export interface DeviceLog {
  readonly calls: string[];
}

export function devicePort(log: DeviceLog, time: VirtualTime): DevicePort {
  let errors = [1, 7];
  let offset = "+01:00";
  return {
    manufacturer: "Acme",
    modelNumber: "M1",
    serialNumber: "S-1",
    firmwareVersion: "1.2.3",
    memoryFree: () => 1000,
    memoryTotal: async () => 4000,
    powerSources: () => [{ kind: 1, millivolts: 3800 }, { kind: 5 }],
    batteryLevel: () => 80,
    errorCodes: () => errors,
    resetErrorCodes: () => {
      errors = [];
    },
    currentTime: () => Math.floor(time.now() / 1000),
    setCurrentTime: (seconds) => log.calls.push(`time ${seconds}`),
    utcOffset: () => offset,
    setUtcOffset: (text) => {
      offset = text;
    },
    timezone: () => "Europe/Berlin",
    reboot: () => log.calls.push("reboot"),
    factoryReset: () => log.calls.push("factory reset"),
  };
}

/** A device with Security, Server, Device and the test object, asked without a network. */
export class BenchDevice {
  readonly time = new VirtualTime(1_000_000);
  readonly log: DeviceLog = { calls: [] };
  readonly server = new ServerInstance(0, {
    shortServerId: 123,
    lifetime: 300,
    notificationStoring: true,
    binding: "U",
  });
  readonly testObject = new TestObject();
  readonly model = new DataModel([
    new SecurityObject(registry.get(0, "1.1"), [0]),
    new ServerObject(registry.get(1, "1.1"), [this.server]),
    new DeviceObject(registry.get(3, "1.1"), devicePort(this.log, this.time), this.time),
    this.testObject,
  ]);
  context: ServerContext = { shortServerId: 123, version: "1.1", access: fullAccess, attributes: new AttributeStore() };

  ask(method: keyof typeof Method, path: string, fields: RequestFields = {}): Promise<CoapResponse> {
    return routeRequest(request(method, path, fields), this.model, this.context, silentLogger);
  }

  /** The response code as text. */
  async code(method: keyof typeof Method, path: string, fields: RequestFields = {}): Promise<string> {
    return codeText((await this.ask(method, path, fields)).code);
  }

  /** The code and the payload as text. */
  async text(method: keyof typeof Method, path: string, fields: RequestFields = {}): Promise<string> {
    const { code, payload } = await this.ask(method, path, fields);
    return `${codeText(code)} ${new TextDecoder().decode(payload)}`;
  }
}

export interface RequestFields {
  readonly accept?: number;
  readonly contentFormat?: number;
  readonly payload?: Uint8Array | string;
  readonly query?: readonly string[];
  readonly observe?: number;
  readonly options?: CoapRequest["options"];
}

export function request(method: keyof typeof Method, path: string, fields: RequestFields = {}): CoapRequest {
  const { payload = "" } = fields;
  return {
    query: [],
    options: [],
    ...fields,
    method: Method[method],
    path: path
      .split("/")
      .slice(1)
      .filter((segment) => segment !== ""),
    payload: typeof payload === "string" ? encodeUtf8(payload) : payload,
  };
}
