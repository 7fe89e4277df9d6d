import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeFragments } from "../../../src/dtls/flight/handshake-fragment.ts";
import { type FlightItem, packFlight } from "../../../src/dtls/flight/outgoing-flight.ts";
import { Reassembly } from "../../../src/dtls/flight/reassembly.ts";
import { ContentType, decodeRecords } from "../../../src/dtls/record/record.ts";
import { RecordLayer } from "../../../src/dtls/record/record-layer.ts";
import { toHex } from "../../../src/util/bytes.ts";

function flightOf(lengths: readonly number[]): readonly FlightItem[] {
  return lengths.map((length, messageSequence) => ({
    kind: "handshake",
    epoch: 0,
    type: 11,
    messageSequence,
    body: new Uint8Array(length).fill(messageSequence + 1),
  }));
}

test("a flight of any messages fits the MTU and is put together again from its datagrams in any order", () => {
  const lengths = fc.array(fc.nat(3000), { minLength: 1, maxLength: 6 });
  const property = fc.property(lengths, fc.integer({ min: 128, max: 1400 }), fc.boolean(), (sizes, mtu, reversed) => {
    const flight = flightOf(sizes);
    const datagrams = [...packFlight(flight, mtu, new RecordLayer())];
    if (reversed) datagrams.reverse();
    const reassembly = new Reassembly(20_000);
    for (const datagram of datagrams) {
      assert.ok(datagram.length <= mtu);
      for (const record of decodeRecords(datagram)) {
        for (const fragment of decodeFragments(record.fragment)) reassembly.accept(fragment, 0);
      }
    }
    for (const item of flight) {
      assert.ok(item.kind === "handshake");
      assert.equal(toHex(reassembly.take()?.body ?? new Uint8Array()), toHex(item.body));
    }
  });
  fc.assert(property, { seed: 1 });
});

test("several messages and ChangeCipherSpec share a datagram", () => {
  const flight = [...flightOf([50, 60]), { kind: "changeCipherSpec" as const }];
  const datagrams = packFlight(flight, 1200, new RecordLayer());
  assert.equal(datagrams.length, 1);
  const types = datagrams.flatMap((datagram) => decodeRecords(datagram).map(({ type }) => type));
  assert.deepEqual(types, [ContentType.handshake, ContentType.handshake, ContentType.change_cipher_spec]);
});

test("a flight sent again has new record sequence numbers", () => {
  const records = new RecordLayer();
  const sequences = [1, 2].flatMap(() =>
    packFlight(flightOf([10, 10]), 1200, records).flatMap((datagram) => decodeRecords(datagram).map((r) => r.sequence)),
  );
  assert.deepEqual(sequences, [0, 1, 2, 3]);
});
