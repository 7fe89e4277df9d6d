import assert from "node:assert/strict";
import { test } from "node:test";
import { CardFiguresCounter } from "../../../src/agent/cards/card-figures.ts";
import type { CardOperation, CardOperationKind } from "../../../src/smartcard/card-observer.ts";

const result = { apdus: 2, milliseconds: 5, failed: false };

function run(counter: CardFiguresCounter, kind: CardOperationKind, apdus: number): CardOperation {
  const operation: CardOperation = { kind, priority: "handshake" };
  counter.onOperationStart(operation);
  for (let i = 0; i < apdus; i++) counter.onApdu(operation, { milliseconds: 10 });
  counter.onOperation(operation, result);
  return operation;
}

test("operations count to the phase they began in, tidying up included", () => {
  const counter = new CardFiguresCounter();
  run(counter, "fileRead", 3);
  counter.enterHandshake();
  const signature = run(counter, "signature", 2);
  counter.leaveHandshake();
  counter.onApdu(signature, { milliseconds: 1 });
  const { startup, handshake, after } = counter.figures;
  assert.deepEqual([startup.fileReads, startup.apdus, startup.milliseconds], [1, 3, 30]);
  assert.deepEqual([handshake.signatures, handshake.apdus, handshake.milliseconds], [1, 3, 21]);
  assert.deepEqual(Object.values(after), [0, 0, 0, 0, 0, 0]);
});

test("a second handshake counts anew and start-up stays", () => {
  const counter = new CardFiguresCounter();
  run(counter, "other", 1);
  for (let i = 0; i < 2; i++) {
    counter.enterHandshake();
    run(counter, "signature", 2);
    counter.leaveHandshake();
    run(counter, "keyGeneration", 1);
  }
  const { startup, handshake, after } = counter.figures;
  assert.deepEqual([startup.otherOperations, handshake.signatures, after.keyGenerations], [1, 1, 1]);
});

test("figures given out do not change afterwards", () => {
  const counter = new CardFiguresCounter();
  const before = counter.figures;
  run(counter, "other", 1);
  assert.equal(before.startup.apdus, 0);
});

test("finished operations are told of in their phase", () => {
  const told: string[] = [];
  const counter: CardFiguresCounter = new CardFiguresCounter((operation) =>
    told.push(`${counter.phase} ${operation.kind}`),
  );
  run(counter, "signature", 1);
  assert.deepEqual(told, ["startup signature"]);
});
