import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  CredentialUriError,
  credentialScheme,
  parameterChoice,
  parseCredentialUri,
  requireParameter,
} from "../../../src/credentials/adapters/credential-uri.ts";

const known = ["channel", "key", "cert"];

function refused(uri: string, message: RegExp): void {
  assert.throws(
    () => parseCredentialUri(uri, known),
    (error) => error instanceof CredentialUriError && message.test(error.message),
    uri,
  );
}

test("scheme, path and parameters are taken apart and decoded", () => {
  const uri = parseCredentialUri("IoTSAFE:/a%20b?channel=pcsc:ACS%20ACR38U&key=01&cert=x=y", known);
  assert.equal(uri.scheme, "iotsafe");
  assert.equal(uri.path, "/a b");
  assert.deepEqual(
    [...uri.parameters],
    [
      ["channel", "pcsc:ACS ACR38U"],
      ["key", "01"],
      ["cert", "x=y"],
    ],
  );
});

test("path and query may be absent", () => {
  assert.deepEqual(parseCredentialUri("iotsafe:", known), { scheme: "iotsafe", path: "", parameters: new Map() });
  assert.equal(parseCredentialUri("iotsafe:?key=01", known).path, "");
  assert.equal(parseCredentialUri("file:/k.pem?", known).path, "/k.pem");
});

test("a space, a plus and letters beyond ASCII stand for themselves", () => {
  assert.equal(parseCredentialUri("iotsafe:?channel=a b+ü", known).parameters.get("channel"), "a b+ü");
});

test("what cannot be meant is refused by name", () => {
  refused("no scheme", /scheme is missing/);
  refused(":x", /scheme is missing/);
  refused("iotsafe:?slot=1", /iotsafe: has no parameter "slot"; it has: channel, key, cert/);
  refused("iotsafe:?key=1&key=2", /"key" is given twice/);
  refused("iotsafe:?key=1&k%65y=2", /"key" is given twice/);
  refused("iotsafe:?key=", /"key" is empty/);
  refused("iotsafe:?key", /without "="/);
  refused("iotsafe:?key=1&&cert=2", /without "="/);
  refused("iotsafe:?key=%zz", /percent-encoding in the parameter "key"/);
  refused("iotsafe:?key=%ff", /percent-encoding in the parameter "key"/);
  refused("iotsafe:%0a", /control character in the path/);
  refused("iotsafe:?key=1#frag", /%23/);
});

test("no message quotes a value", () => {
  for (const uri of ["iotsafe:?key=5ecret%zz", "iotsafe:?key=5ecret&key=5ecret", "iotsafe:?key=5ecret#5ecret"]) {
    assert.throws(
      () => parseCredentialUri(uri, known),
      (error) => error instanceof CredentialUriError && !error.message.includes("5ecret"),
    );
  }
});

test("the scheme can be asked for alone", () => {
  assert.equal(credentialScheme("PKCS11:token=x"), "pkcs11");
  assert.throws(() => credentialScheme("/etc/key.pem"), CredentialUriError);
});

test("a needed parameter that is absent and a value outside of the choice are named", () => {
  const uri = parseCredentialUri("iotsafe:?key=blue", known);
  assert.equal(requireParameter(uri, "key"), "blue");
  assert.throws(() => requireParameter(uri, "cert"), /iotsafe: needs the parameter "cert"/);
  assert.equal(parameterChoice(uri, "cert", ["a", "b"], "a"), "a");
  assert.equal(parameterChoice(uri, "key", ["red", "blue"], "red"), "blue");
  assert.throws(() => parameterChoice(uri, "key", ["red"], "red"), /"key" must be one of: red/);
});

test("any text gives a URI or a CredentialUriError", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      for (const uri of [text, `iotsafe:${text}`, `iotsafe:?key=${text}`]) {
        try {
          parseCredentialUri(uri, known);
        } catch (error) {
          assert.ok(error instanceof CredentialUriError);
        }
      }
    }),
    { numRuns: 500, seed: 1 },
  );
});
