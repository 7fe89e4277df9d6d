import type { CoapResponse, RequestHandler } from "../../../src/coap/exchange.ts";
import { codeText, type Method } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { encodeTlv } from "../../../src/formats/tlv.ts";
import {
  booleanValue,
  integerValue,
  opaqueValue,
  stringValue,
  unsignedValue,
  type Value,
} from "../../../src/formats/values.ts";
import { BootstrapSession, type SessionEnd } from "../../../src/lwm2m/bootstrap/bootstrap-session.ts";
import { configurableObjects } from "../../../src/lwm2m/bootstrap/configurable-object.ts";
import type { Configuration, InstanceContent } from "../../../src/lwm2m/bootstrap/configuration.ts";
import { ConfigurationDraft } from "../../../src/lwm2m/bootstrap/configuration-draft.ts";
import type { ConsistencyPolicy } from "../../../src/lwm2m/bootstrap/consistency.ts";
import { findInconsistencies } from "../../../src/lwm2m/bootstrap/consistency.ts";
import { ModelObject } from "../../../src/lwm2m/bootstrap/model-object.ts";
import type { SecurityMode } from "../../../src/lwm2m/bootstrap/security-settings.ts";
import { StoredObject } from "../../../src/lwm2m/bootstrap/stored-object.ts";
import type { LwM2mVersion } from "../../../src/lwm2m/model/lwm2m-version.ts";
import { DeviceObject } from "../../../src/lwm2m/objects/device-object.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import type { Logger } from "../../../src/util/log.ts";
import { VirtualTime } from "../../support/virtual-time.ts";
import { type DeviceLog, devicePort, type RequestFields, request } from "../bench-device.ts";
import { registry } from "../objects-folder.ts";
import { TestObject } from "../test-object.ts";

export const utf8 = (text: string) => opaqueValue(encodeUtf8(text));

/** A Security instance; what is given by id goes over the usual. */
export function security(uri: string, more: Record<number, Value> = {}): InstanceContent {
  const secure = uri.startsWith("coaps");
  const resources: Record<number, Value> = {
    0: stringValue(uri),
    1: booleanValue(false),
    2: integerValue(secure ? 0 : 3),
    ...(secure && { 3: utf8("dev1"), 5: utf8("0123456789abcdef") }),
    ...more,
  };
  return content(resources);
}

export function bootstrapSecurity(uri = "coap://bs.example:5683", more: Record<number, Value> = {}): InstanceContent {
  return security(uri, { 1: booleanValue(true), ...more });
}

/** A server account's Security instance without DTLS. */
export function plainSecurity(shortServerId: number, more: Record<number, Value> = {}): InstanceContent {
  return security(`coap://dm${shortServerId}.example`, { 10: integerValue(shortServerId), ...more });
}

export function server(shortServerId: number, more: Record<number, Value> = {}): InstanceContent {
  return content({
    0: integerValue(shortServerId),
    1: integerValue(300),
    6: booleanValue(true),
    7: stringValue("U"),
    ...more,
  });
}

export function content(resources: Record<number, Value>): InstanceContent {
  return new Map(Object.entries(resources).map(([id, value]) => [Number(id), value]));
}

/** Objects by id, instances by id. */
export function configuration(objects: Record<number, Record<number, InstanceContent>>): Configuration {
  return new Map(
    Object.entries(objects).map(([id, instances]) => [
      Number(id),
      new Map(Object.entries(instances).map(([instance, each]) => [Number(instance), each])),
    ]),
  );
}

/** TLV of one instance's resources. */
export function tlv(path: readonly number[], resources: InstanceContent): RequestFields {
  const records = [...resources].map(([id, value]) => ({ path: [...path, id], value: value as Value }));
  return { contentFormat: ContentFormat.tlv, payload: encodeTlv(path, records) };
}

export const usualPolicy: ConsistencyPolicy = {
  modes: new Set<SecurityMode>(["psk", "rpk", "x509", "nosec", "est"]),
  transports: "U",
  definition: (id) => registry.find(id),
  hasOwnCredential: () => false,
  hasTrustStore: () => false,
};

/** A device that was bootstrapped before: bootstrap account 0, server account 101, Device and the test object. */
export class BootstrapBench {
  readonly time = new VirtualTime(1_000_000);
  readonly deviceLog: DeviceLog = { calls: [] };
  readonly security = new StoredObject(
    registry.get(0),
    configuration({ 0: { 0: bootstrapSecurity(), 1: plainSecurity(101) } }).get(0),
  );
  readonly server = new StoredObject(registry.get(1), configuration({ 1: { 0: server(101) } }).get(1));
  readonly accessControl = new StoredObject(registry.get(2));
  readonly testObject = new TestObject();
  readonly device = new DeviceObject(registry.get(3), devicePort(this.deviceLog, this.time), this.time);
  readonly objects = configurableObjects([
    this.security,
    this.server,
    this.accessControl,
    new ModelObject(this.device),
    new ModelObject(this.testObject),
  ]);
  readonly logged: string[] = [];
  readonly logger: Logger = {
    debug: () => {},
    info: (message) => void this.logged.push(message),
    warn: (message, fields) => void this.logged.push(`${message} ${JSON.stringify(fields ?? {})}`),
    error: (message, fields) => void this.logged.push(`error: ${message} ${JSON.stringify(fields ?? {})}`),
  };
  draft = new ConfigurationDraft(this.objects);
  policy: ConsistencyPolicy = usualPolicy;
  commits = 0;
  failCommit: Error | undefined;
  end: SessionEnd | undefined;

  readonly check = async (draft: ConfigurationDraft) =>
    findInconsistencies(await draft.snapshot([0, 1, 2]), this.policy);

  readonly commit = async (draft: ConfigurationDraft) => {
    await draft.commit(async () => {
      if (this.failCommit) throw this.failCommit;
    });
    this.commits++;
  };

  /** A session that is open. */
  session(version: LwM2mVersion = "1.1"): SessionUnderTest {
    const session = this.unopened(version);
    session.open();
    return new SessionUnderTest(session);
  }

  unopened(version: LwM2mVersion = "1.1"): BootstrapSession {
    this.draft = new ConfigurationDraft(this.objects);
    const { draft, check, commit, time: timers, logger } = this;
    const session = new BootstrapSession({ draft, version, check, commit, timers, logger });
    void session.ended.then((end) => {
      this.end = end;
    });
    return session;
  }

  /** What the accounts are now, as one text a path, without keys. */
  accounts(): string[] {
    return [
      ...[...this.security.content()].map(([id, each]) => `/0/${id} ${text(each.get(0))}`),
      ...[...this.server.content()].map(([id, each]) => `/1/${id} ${text(each.get(0))} ${text(each.get(1))}`),
    ].sort();
  }
}

function text(value: unknown): string {
  return typeof value === "object" && value !== null && "value" in value ? String(value.value) : "none";
}

/** The server's side of a session. */
export class SessionUnderTest {
  readonly session: BootstrapSession;
  readonly #handle: RequestHandler;

  constructor(session: BootstrapSession) {
    this.session = session;
    this.#handle = session.handle;
  }

  async ask(method: keyof typeof Method, path: string, fields: RequestFields = {}): Promise<CoapResponse> {
    return this.#handle(request(method, path, fields), undefined);
  }

  async code(method: keyof typeof Method, path: string, fields: RequestFields = {}): Promise<string> {
    return codeText((await this.ask(method, path, fields)).code);
  }

  async text(method: keyof typeof Method, path: string, fields: RequestFields = {}): Promise<string> {
    const { code, payload } = await this.ask(method, path, fields);
    return `${codeText(code)} ${new TextDecoder().decode(payload)}`.trim();
  }

  finish(): Promise<string> {
    return this.text("POST", "/bs");
  }
}

export { booleanValue, integerValue, opaqueValue, stringValue, unsignedValue };
