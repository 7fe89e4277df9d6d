import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeEntropy } from "../../src/crypto/entropy.ts";
import { nodeEphemeralKeys } from "../../src/crypto/ephemeral-keys.ts";
import { NamedGroup } from "../../src/crypto/ports.ts";
import { cipherSuites, usesCertificates, usesEphemeralKeys } from "../../src/dtls/cipher-suites.ts";
import { DtlsClient } from "../../src/dtls/client.ts";
import { DtlsServer } from "../../src/dtls/server.ts";
import { encodeUtf8, toHex } from "../../src/util/bytes.ts";
import { type Answerer, certificateAnswers, makeIdentity, pskAnswers } from "../support/dtls-identity.ts";
import { DtlsSimulation } from "../support/dtls-simulation.ts";

const ports = { entropy: nodeEntropy, ephemeralKeys: nodeEphemeralKeys };
const psk = encodeUtf8("a key of the test");

for (const suite of cipherSuites) {
  for (const [groupName, group] of Object.entries(NamedGroup)) {
    if (!usesEphemeralKeys(suite) && group !== NamedGroup.secp256r1) continue;
    for (const mutual of usesCertificates(suite) ? [true, false] : [false]) {
      test(`${suite.name} with ${groupName}${mutual ? " and a client certificate" : ""} ends connected`, () => {
        const certificates = usesCertificates(suite);
        const common = { suites: [suite.id], groups: [group] };
        const identity = certificates ? {} : { pskIdentity: encodeUtf8("client") };
        const client = new DtlsClient({ ...common, ...identity }, ports);
        const server = new DtlsServer({ ...common, psk: true, requestClientCertificate: mutual }, ports);
        const answers: Answerer = certificates ? certificateAnswers(makeIdentity()) : pskAnswers(psk);
        const simulation = new DtlsSimulation(
          { connection: client, answer: answers },
          { connection: server, answer: answers },
        );
        client.start(0);
        simulation.run();
        const { client: c, server: s } = simulation.observers;
        assert.equal(c.error, undefined);
        assert.equal(c.session?.cipherSuiteName, suite.name);
        assert.equal(s.session?.cipherSuiteName, suite.name);
        assert.equal(toHex(c.session.tlsUnique), toHex(s.session.tlsUnique));
      });
    }
  }
}
