import assert from "node:assert/strict";
import { test } from "node:test";
import type { Method } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { StoredObject } from "../../../src/lwm2m/bootstrap/stored-object.ts";
import type { AccessRight } from "../../../src/lwm2m/data-model/access-control.ts";
import { AttributeStore } from "../../../src/lwm2m/data-model/attribute-store.ts";
import { OperationError } from "../../../src/lwm2m/data-model/operation-error.ts";
import { AccessControlObject } from "../../../src/lwm2m/objects/access-control-object.ts";
import { BenchDevice, type RequestFields } from "../bench-device.ts";
import { registry } from "../objects-folder.ts";

const { senmlJson, text, tlv } = ContentFormat;
const json = (payload: string): RequestFields => ({ contentFormat: senmlJson, payload });

/** Servers 101, 102 and 103 at one device whose test object's instance 0 belongs to 101. */
class Shared {
  readonly device = new BenchDevice();
  servers: readonly number[] = [101, 102, 103];
  readonly access = new AccessControlObject(registry.get(2, "1.1"), () => this.servers);

  constructor() {
    this.device.model.add(this.access);
    this.access.follow(this.device.model);
    this.access.set(0, {
      objectId: 33000,
      instanceId: 0,
      owner: 101,
      acl: new Map([
        [102, 3],
        [0, 1],
      ]),
    });
    this.access.set(1, {
      objectId: 33000,
      instanceId: 65535,
      owner: 65535,
      acl: new Map([
        [101, 16],
        [0, 16],
      ]),
    });
  }

  async code(server: number, method: keyof typeof Method, path: string, fields: RequestFields = {}): Promise<string> {
    const context = { shortServerId: server, version: "1.1", access: this.access, attributes: new AttributeStore() };
    this.device.context = { ...context, version: "1.1" };
    return this.device.code(method, path, fields);
  }
}

const rights: readonly AccessRight[] = ["read", "write", "execute", "delete", "create"];

test("an entry of one's own counts, then ownership, then the default", () => {
  const { access } = new Shared();
  const allowed = (server: number) => rights.filter((right) => access.allows(server, right, 33000, 0)).join();
  assert.equal(allowed(101), "read,write,execute,delete,create", "create is asked of the object");
  assert.equal(allowed(102), "read,write");
  assert.equal(allowed(103), "read");
  access.set(0, { objectId: 33000, instanceId: 0, owner: 101, acl: new Map([[101, 4]]) });
  assert.equal(allowed(101), "execute,create", "an entry says more than ownership");
  assert.equal(allowed(103), "");
});

test("what no entry is about is closed, and with one server nothing is", async () => {
  const shared = new Shared();
  assert.equal(await shared.code(101, "GET", "/3/0/0"), "4.01");
  assert.equal(await shared.code(101, "GET", "/3/0", { accept: ContentFormat.linkFormat }), "2.05");
  shared.servers = [101];
  assert.equal(await shared.code(101, "GET", "/3/0/0"), "2.05");
  assert.equal(await shared.code(101, "DELETE", "/33000/0"), "2.02");
});

test("each operation asks for its right", async () => {
  const shared = new Shared();
  const write = { contentFormat: text, payload: "1" };
  const table: [number, keyof typeof Method, string, RequestFields, string][] = [
    [103, "GET", "/33000/0/1", {}, "2.05"],
    [103, "PUT", "/33000/0/1", { query: ["pmin=1"] }, "2.04"],
    [103, "PUT", "/33000/0/1", write, "4.01"],
    [103, "POST", "/33000/0/12", {}, "4.01"],
    [103, "DELETE", "/33000/0", {}, "4.01"],
    [103, "FETCH", "/", json('[{"n":"/3/0"},{"n":"/33000/0/1"}]'), "2.05"],
    [103, "iPATCH", "/", json('[{"n":"/33000/0/1","v":1}]'), "4.01"],
    [102, "PUT", "/33000/0/1", write, "2.04"],
    [102, "iPATCH", "/", json('[{"n":"/33000/0/1","v":1}]'), "2.04"],
    [102, "POST", "/33000/0/12", {}, "4.01"],
    [102, "DELETE", "/33000/0", {}, "4.01"],
    [102, "POST", "/33000", json('[{"n":"/33000/5/0","vs":"x"}]'), "4.01"],
    [101, "POST", "/33000/0/12", {}, "2.04"],
    [101, "DELETE", "/33000/0", {}, "2.02"],
  ];
  for (const [server, method, path, fields, expected] of table) {
    assert.equal(await shared.code(server, method, path, fields), expected, `${server} ${method} ${path}`);
  }
});

test("who creates an instance owns it, and its entry goes with it", async () => {
  const shared = new Shared();
  assert.equal(await shared.code(101, "POST", "/33000", json('[{"n":"/33000/5/0","vs":"x"}]')), "2.01");
  const [id, entry] = [...shared.access.entries].at(-1) ?? [];
  assert.deepEqual([id, entry], [2, { objectId: 33000, instanceId: 5, owner: 101, acl: new Map() }]);
  assert.equal(await shared.code(102, "GET", "/33000/5"), "4.01");
  assert.equal(await shared.code(101, "GET", "/33000/5"), "2.05");
  assert.equal(await shared.code(101, "DELETE", "/33000/5"), "2.02");
  assert.deepEqual([...shared.access.entries.keys()], [0, 1]);
  shared.device.model.remove(33000);
  assert.deepEqual([...shared.access.entries.keys()], []);
});

test("every server may read the rules and only the owner may change them", async () => {
  const shared = new Shared();
  assert.equal(await shared.code(103, "GET", "/2/0"), "2.05");
  assert.equal(
    await shared.device.text("GET", "/2/0", { accept: senmlJson }),
    '2.05 [{"bn":"/2/0/","n":"0","v":33000},{"n":"1","v":0},{"n":"2/0","v":1},{"n":"2/102","v":3},{"n":"3","v":101}]',
  );
  const acl = json('[{"n":"/2/0/2/103","v":15}]');
  assert.equal(await shared.code(102, "POST", "/2/0/2", acl), "4.01");
  assert.equal(await shared.code(101, "POST", "/2/1/2", acl), "4.01", "the bootstrap server's");
  assert.equal(await shared.code(101, "POST", "/2/0/2", acl), "2.04");
  assert.equal(await shared.code(103, "PUT", "/33000/0/1", { contentFormat: text, payload: "1" }), "2.04");
  assert.equal(await shared.code(101, "POST", "/2/0/2", json('[{"n":"/2/0/2/103","v":32}]')), "4.00");
  assert.equal(await shared.code(101, "PUT", "/2/0/0", { contentFormat: text, payload: "3" }), "4.05");
  assert.equal(await shared.code(101, "POST", "/2", json('[{"n":"/2/9/3","v":101}]')), "4.05");
  assert.equal(await shared.code(101, "DELETE", "/2/0"), "4.01");
  assert.equal(await shared.code(101, "PUT", "/2/0/3", { contentFormat: text, payload: "102" }), "2.04");
  assert.equal(await shared.code(101, "PUT", "/2/0/3", { contentFormat: text, payload: "101" }), "4.01");
});

test("the rules go to storage and come back, and storing what is stored changes nothing", async () => {
  const shared = new Shared();
  const stored = new StoredObject(registry.get(2, "1.1"));
  let rounds = 0;
  shared.access.onChange(() => {
    rounds++;
    stored.replace(shared.access.content);
  });
  stored.onReplaced((content) => shared.access.load(content));
  assert.equal(await shared.code(101, "POST", "/2/0/2", json('[{"n":"/2/0/2/103","v":15}]')), "2.04");
  assert.equal(rounds, 1);
  assert.deepEqual(stored.content(), shared.access.content);
  const again = new AccessControlObject(registry.get(2, "1.1"), () => [101, 102]);
  again.load(stored.content());
  assert.deepEqual(again.entries, shared.access.entries);
  again.load(new Map());
  assert.deepEqual(again.instances(), []);
  assert.throws(() => again.load(new Map([[0, new Map()]])), OperationError);
});

test("replacing the rules without a list takes the list away", async () => {
  const shared = new Shared();
  assert.equal(
    await shared.code(101, "PUT", "/2/0", { contentFormat: tlv, payload: Uint8Array.of(0xc1, 3, 101) }),
    "2.04",
  );
  assert.equal(await shared.code(102, "GET", "/33000/0"), "4.01");
  assert.equal(await shared.code(101, "GET", "/33000/0"), "2.05");
});

test("a server that goes leaves what it owned to who may write and delete most", async () => {
  const shared = new Shared();
  const { access, device } = shared;
  const set = (id: number, acl: [number, number][]) =>
    access.set(id, { objectId: 33000, instanceId: 0, owner: 101, acl: new Map(acl) });
  const heirs: [[number, number][], number][] = [
    [
      [
        [102, 1],
        [103, 2],
      ],
      103,
    ],
    [
      [
        [102, 8],
        [103, 2],
      ],
      102,
    ],
    [
      [
        [102, 2],
        [103, 10],
      ],
      103,
    ],
    [
      [
        [101, 31],
        [0, 1],
      ],
      102,
    ],
  ];
  for (const [acl, heir] of heirs) {
    set(0, acl);
    await access.serverRemoved(101, device.model);
    assert.equal(access.entries.get(0)?.owner, heir, JSON.stringify(acl));
    assert.equal(access.entries.get(0)?.acl.has(101), false);
  }
  assert.deepEqual(access.entries.get(1)?.owner, 65535);
  assert.deepEqual(device.testObject.instances(), [0]);
});

test("what only the server that goes could reach goes with it", async () => {
  const { access, device } = new Shared();
  access.set(0, { objectId: 33000, instanceId: 0, owner: 101, acl: new Map([[102, 0]]) });
  access.set(5, { objectId: 3, instanceId: 0, owner: 101, acl: new Map() });
  access.set(6, { objectId: 9, instanceId: 0, owner: 101, acl: new Map() });
  await access.serverRemoved(101, device.model);
  assert.deepEqual(device.testObject.instances(), []);
  assert.deepEqual([...access.entries.keys()], [1, 5]);
  assert.equal(access.entries.get(5)?.owner, 65535, "the device object cannot go");
});
