import assert from "node:assert/strict";
import { test } from "node:test";
import { AssociationError } from "../../../src/association/association-error.ts";
import { DtlsError } from "../../../src/dtls/dtls-error.ts";
import { isFinalAlert, receivedAlert } from "../../../src/lwm2m/registration/received-alert.ts";

const received = (alert: number) => new DtlsError("ALERT_RECEIVED", "test", { alert });

test("alerts are sorted into retry and fail as OMA LwM2M Transport 1.2 §5.2.10 says", () => {
  const fail = [42, 43, 44, 45, 46, 48, 49, 112, 113, 114, 115];
  const retry = [0, 10, 20, 21, 22, 40, 47, 50, 51, 70, 71, 86, 90, 100];
  assert.deepEqual(
    Array.from({ length: 256 }, (_, alert) => alert).filter((alert) => isFinalAlert(alert)),
    fail,
  );
  for (const alert of retry) assert.equal(isFinalAlert(alert), false);
  assert.equal(isFinalAlert(undefined), false);
});

test("an alert is found in whatever wraps it, and only where the peer sent it", () => {
  const address = { host: "192.0.2.1", port: 5684, family: 4 } as const;
  assert.equal(receivedAlert(received(48)), 48);
  assert.equal(receivedAlert(new Error("lost", { cause: received(20) })), 20);
  const failed = [
    { address, error: new Error("time-out") },
    { address, error: received(42) },
  ];
  assert.equal(receivedAlert(new AssociationError("SERVER_UNREACHABLE", "test", failed)), 42);
  assert.equal(receivedAlert(new AggregateError([received(70)])), 70);
  assert.equal(receivedAlert(new DtlsError("CERTIFICATE_REFUSED", "ours", { alert: 42 })), undefined);
  assert.equal(receivedAlert("nothing"), undefined);
});
