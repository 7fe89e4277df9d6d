import assert from "node:assert/strict";
import { test } from "node:test";
import { DerReader } from "../../src/pki/der.ts";
import { beginsWith, commonNames, emailAddresses, readName, sameName } from "../../src/pki/distinguished-name.ts";
import { fromHex } from "../../src/util/bytes.ts";
import { DecodeError } from "../../src/util/coded-error.ts";
import { der, oid, sequence, set, text } from "../support/der.ts";

const utf8 = (value: string) => text(0x0c, value);
const attribute = (id: string, value: Uint8Array) => sequence(oid(id), value);
const cn = (value: Uint8Array) => set(attribute("2.5.4.3", value));
const o = (value: Uint8Array) => set(attribute("2.5.4.10", value));
const read = (...rdns: Uint8Array[]) => readName(new DerReader(sequence(...rdns), "test"));

test("a name is shown in its order, with known labels and other OIDs as they are", () => {
  const name = read(cn(utf8("a")), o(utf8("Ü")), set(attribute("1.2.3", utf8("x")), attribute("2.5.4.5", utf8("y"))));
  assert.equal(name.text, "CN=a, O=Ü, 1.2.3=x+serialNumber=y");
  assert.deepEqual(commonNames(name), ["a"]);
  assert.equal(read().text, "(empty name)");
});

test("every string type is read, and values of other types are shown as bytes", () => {
  for (const value of [
    utf8("aé"),
    der(0x14, fromHex("61e9")),
    der(0x1e, fromHex("006100e9")),
    der(0x1c, fromHex("00000061000000e9")),
  ])
    assert.equal(read(cn(value)).text, "CN=aé");
  assert.equal(read(cn(text(0x13, "a"))).text, "CN=a");
  assert.equal(read(cn(fromHex("020105"))).text, "CN=#020105");
  assert.deepEqual(emailAddresses(read(set(attribute("1.2.840.113549.1.9.1", text(0x16, "a@b"))))), ["a@b"]);
});

test("malformed strings are a DecodeError", () => {
  for (const value of [
    der(0x0c, fromHex("ff")),
    der(0x1e, fromHex("61")),
    der(0x1c, fromHex("000061")),
    der(0x1c, fromHex("00110000")),
  ])
    assert.throws(() => read(cn(value)), DecodeError);
  assert.throws(() => read(set()), DecodeError);
  assert.throws(() => read(set(sequence(oid("2.5.4.3")))), DecodeError);
});

test("names are the same whatever case, spacing, normal form and string type", () => {
  const name = read(cn(utf8("Test  CA é ")), o(utf8("X")));
  assert.ok(sameName(name, read(cn(utf8(" test ca e\u0301")), o(text(0x13, "x")))));
  assert.ok(!sameName(name, read(cn(utf8("TestCA é")), o(utf8("X")))));
  assert.ok(!sameName(name, read(o(utf8("X")), cn(utf8("Test CA é")))));
  assert.ok(!sameName(name, read(cn(utf8("Test CA é")))));
});

test("an RDN of several attributes is a set: their order does not matter, their division does", () => {
  const [a, b] = [attribute("2.5.4.3", utf8("a")), attribute("2.5.4.10", utf8("b"))];
  assert.ok(sameName(read(set(a, b)), read(set(b, a))));
  assert.ok(!sameName(read(set(a, b)), read(set(a), set(b))));
  // A value cannot imitate the mark between attributes.
  assert.ok(!sameName(read(cn(utf8('a"]+["2.5.4.10","b'))), read(set(a, b))));
});

test("a subtree holds its base and what begins with it", () => {
  const base = read(o(utf8("x")));
  assert.ok(beginsWith(base, base));
  assert.ok(beginsWith(read(o(utf8("X")), cn(utf8("a"))), base));
  assert.ok(!beginsWith(base, read(o(utf8("x")), cn(utf8("a")))));
  assert.ok(beginsWith(base, read()));
});

test("a name cannot write control characters or a novel into a log", () => {
  assert.equal(read(cn(utf8("a\n\u001b[31m\u202eb"))).text, "CN=a??[31m?b");
  assert.equal(read(cn(utf8("x".repeat(500)))).text, `CN=${"x".repeat(80)}...`);
  assert.equal(read(...Array(50).fill(o(utf8("x")))).text, "O=x, O=x, O=x, O=x, O=x, O=x, ...");
});
