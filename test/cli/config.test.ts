import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig, parseConfig } from "../../src/cli/config/load-config.ts";

const minimal = "endpoint: device-1\nserver:\n  uri: coap://server.example\n";

function problems(text: string): string[] {
  try {
    parseConfig(text, "/etc/agent.yaml");
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message.split("\n");
  }
  return [];
}

test("a minimal file is enough and the rest has defaults", () => {
  const config = parseConfig(minimal, "/etc/agent.yaml");
  assert.deepEqual(config, {
    endpoint: "device-1",
    lwm2m: "1.1",
    queueMode: { awake: 93, closeAssociation: false },
    credentials: {},
    server: { uri: "coap://server.example", shortServerId: 1, lifetime: 86_400, binding: "U" },
    stateDirectory: "/var/lib/lwm2m-safe",
    device: {},
    hooks: {},
    control: { enabled: true },
    packages: { maxBytes: 268_435_456, protocols: ["coap", "coaps", "http", "https"], attempts: 8 },
    network: { connectionId: true, resumption: true, resumptionMaxAge: 86_400, ackTimeout: 2, maxRetransmit: 4 },
    log: { level: "info" },
  });
});

test("firmware needs a command that installs; package files and anchors are relative to the file's folder", () => {
  const text = `${minimal}firmware:
  install: ./install.sh
packages:
  folder: packages
  trust:
    anchors: [ca.pem]
  protocols: [https]
`;
  const { firmware, packages } = parseConfig(text, "/etc/lwm2m/agent.yaml");
  assert.deepEqual(firmware, { install: "./install.sh" });
  assert.equal(packages.folder, "/etc/lwm2m/packages");
  assert.deepEqual(packages.trust?.anchors, ["/etc/lwm2m/ca.pem"]);
  assert.deepEqual(packages.protocols, ["https"]);
  assert.match(problems(`${minimal}firmware: {}\n`)[0] ?? "", /install/);
  assert.match(problems(`${minimal}firmware:\n  install: x\n  sha256: [abc]\n`)[0] ?? "", /64 hexadecimal digits/);
  assert.match(problems(`${minimal}packages:\n  protocols: [ftp]\n`)[0] ?? "", /one of coap, coaps, http, https/);
});

test("file names are relative to the file's folder", () => {
  const text = `stateDirectory: state
endpoint: d
server:
  uri: coaps://h
  security: { credential: "iotsafe:", trust: { anchors: [ca.pem, /abs/ca.pem] } }
`;
  const config = parseConfig(text, "/etc/agent/config.yaml");
  assert.equal(config.stateDirectory, "/etc/agent/state");
  assert.deepEqual(config.server?.security?.trust?.anchors, ["/etc/agent/ca.pem", "/abs/ca.pem"]);
});

test("a wrong value: file, line, key, what was expected and what came", () => {
  assert.deepEqual(problems(`${minimal}  lifetime: soon\n`), [
    '/etc/agent.yaml:4: server.lifetime: expected a lifetime in whole seconds from 1 on, got "soon"',
  ]);
  assert.deepEqual(problems(`${minimal}log:\n  level: loud\n`), [
    '/etc/agent.yaml:5: log.level: expected one of debug, info, warn, error, silent, got "loud"',
  ]);
});

test("an unknown key is refused where it stands, at any depth", () => {
  assert.deepEqual(problems(`${minimal}  lifetme: 300\nendpont: x\n`), [
    "/etc/agent.yaml:4: server.lifetme: no such key; look for a misspelling",
    "/etc/agent.yaml:5: endpont: no such key; look for a misspelling",
  ]);
});

test("a missing key is told at the line of what it is missing from", () => {
  assert.match(
    problems("server:\n  uri: coap://h\n")[0] ?? "",
    /^\/etc\/agent\.yaml:1: endpoint: expected the endpoint name.*, got nothing$/,
  );
  assert.match(
    problems("endpoint: d\nserver:\n  lifetime: 5\n")[0] ?? "",
    /^\/etc\/agent\.yaml:2: server\.uri: expected a URI like/,
  );
  assert.equal(problems("").length, 1);
  assert.match(
    problems("endpoint: d\n")[0] ?? "",
    /^\/etc\/agent\.yaml:1: server: expected a server to register with, or/,
  );
});

test("coaps needs a credential and coap takes none", () => {
  assert.deepEqual(problems("endpoint: d\nserver:\n  uri: coaps://h\n"), [
    "/etc/agent.yaml:2: server.security: expected security.credential or credentials.default, because the URI is coaps, got nothing",
  ]);
  assert.match(
    problems(`${minimal}  security:\n    credential: "iotsafe:"\n`)[0] ?? "",
    /:4: server\.security: expected no security section/,
  );
});

test("several servers, each with a short server id of its own, with a default credential and trust", () => {
  const text = `endpoint: d
credentials: { default: "iotsafe:" }
trust: { anchors: [ca.pem] }
servers:
  - { uri: "coaps://a", shortServerId: 1 }
  - { uri: "coaps://b", shortServerId: ID }
bootstrap: { uri: "coaps://bs", holdOff: 5 }
`;
  const config = parseConfig(text.replace("ID", "2"), "/etc/agent.yaml");
  assert.deepEqual(config.trust?.anchors, ["/etc/ca.pem"]);
  assert.deepEqual(problems(text.replace("ID", "1")), [
    "/etc/agent.yaml:6: servers.1.shortServerId: expected a short server id that no other server has, got 1",
  ]);
});

test("trust is either anchors or a pinned certificate", () => {
  const trust = (text: string) =>
    problems(`endpoint: d\nserver:\n  uri: coaps://h\n  security:\n    credential: "iotsafe:"\n    trust: ${text}\n`);
  assert.deepEqual(trust("{ anchors: [a], pinned: b }"), [
    "/etc/agent.yaml:6: server.security.trust: expected either anchors or pinned, got keys anchors, pinned",
  ]);
  assert.match(trust("{ anchors: [] }")[0] ?? "", /at least one certificate file, got a list/);
  assert.match(
    trust("{ anchors: [a, 5] }")[0] ?? "",
    /:6: server\.security\.trust\.anchors\.1: expected a certificate file/,
  );
});

test("a credential is never repeated in a message", () => {
  const text = "endpoint: d\nserver:\n  uri: coaps://h\n  security:\n    credential: [1234]\n";
  assert.doesNotMatch(problems(text).join("\n"), /1234/);
});

test("a bad server URI says what is wrong with it", () => {
  assert.match(
    problems("endpoint: d\nserver: { uri: 'coap://h:99999' }\n")[0] ?? "",
    /:2: server\.uri: .*port 99999 is not in/,
  );
});

test("text that is no YAML, and a key given twice, name the line", () => {
  assert.match(problems("endpoint: [\n")[0] ?? "", /^\/etc\/agent\.yaml:\d+: /);
  assert.match(problems(`${minimal}endpoint: twice\n`)[0] ?? "", /^\/etc\/agent\.yaml:4: .*unique/);
  assert.match(problems("- a\n")[0] ?? "", /^\/etc\/agent\.yaml:1: the whole file: expected keys with values/);
});

test("a file is read from disk, and one that is missing is named", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "a.yaml"), minimal);
  assert.equal(loadConfig(join(folder, "a.yaml")).endpoint, "device-1");
  assert.throws(() => loadConfig("/nowhere/a.yaml"), {
    code: "BAD_CONFIG",
    message: /\/nowhere\/a\.yaml: the configuration cannot be read/,
  });
});

test("a wrong mapping of a custom object: the line of its resource id", () => {
  const objects = `${minimal}objects:
  instances:
    /3303/0:
      5700: { file: temp, constant: 1 }
      5701: { file: "", scal: 2 }
      5605: { command: [reset], inPlace: true, timeout: 0 }
    3303/1: {}
`;
  assert.deepEqual(problems(objects), [
    "/etc/agent.yaml:9: objects.instances./3303/0.5605.timeout: expected seconds from 0.1 to 600, got 0",
    "/etc/agent.yaml:7: objects.instances./3303/0.5700: expected exactly one of constant, file, command, topic, each, got keys file, constant",
    '/etc/agent.yaml:8: objects.instances./3303/0.5701.file: expected the path of a file, got ""',
    "/etc/agent.yaml:8: objects.instances./3303/0.5701.scal: no such key; look for a misspelling",
  ]);
  const good = objects.replace(", constant: 1", "").replace('"", scal: 2', "unit").replace(", timeout: 0", "");
  assert.deepEqual(problems(good), [
    "/etc/agent.yaml:9: objects.instances./3303/0.5605.inPlace: expected nothing here, because it means nothing for a command, got true",
  ]);
  const better = good.replace(", inPlace: true", "");
  assert.deepEqual(problems(better), [
    "/etc/agent.yaml:10: objects.instances.3303/1: expected an instance like /3303/0, got keys ",
  ]);
  const { objects: parsed } = parseConfig(better.replace("3303/1", "/3303/1"), "/etc/agent.yaml");
  assert.deepEqual(parsed?.instances["/3303/0"]?.["5700"], {
    file: "/etc/temp",
    scale: 1,
    poll: undefined,
    inPlace: false,
  });
});
