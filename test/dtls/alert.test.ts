import assert from "node:assert/strict";
import { test } from "node:test";
import {
  AlertDescription,
  alertForCode,
  alertForRefusal,
  alertName,
  decodeAlert,
  encodeAlert,
} from "../../src/dtls/alert.ts";
import { DecodeError } from "../../src/util/coded-error.ts";

test("an alert is two bytes and comes back from the wire as it was", () => {
  assert.deepEqual(decodeAlert(encodeAlert({ level: 2, description: 48 })), { level: 2, description: 48 });
  for (const length of [0, 1, 3]) assert.throws(() => decodeAlert(new Uint8Array(length)), DecodeError);
});

test("alerts have names for people, unknown ones their number", () => {
  assert.equal(alertName(48), "unknown_ca (48)");
  assert.equal(alertName(200), "alert 200");
});

test("errors that the peer need not know of have no alert", () => {
  assert.equal(alertForCode("HANDSHAKE_TIMEOUT"), undefined);
  assert.equal(alertForCode("PEER_MALFORMED"), AlertDescription.decode_error);
});

test("a refused certificate has an alert that says why", () => {
  assert.equal(alertForRefusal.untrusted, AlertDescription.unknown_ca);
  assert.equal(alertForRefusal.expired, AlertDescription.certificate_expired);
  assert.equal(alertForRefusal.revoked, AlertDescription.certificate_revoked);
});
