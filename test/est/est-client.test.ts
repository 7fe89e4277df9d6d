import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { Code } from "../../src/coap/message.ts";
import { EstClient, type EstClientOptions } from "../../src/est/est-client.ts";
import type { EstErrorCode } from "../../src/est/est-error.ts";
import { encodeMultipartCore } from "../../src/est/multipart-core.ts";
import { parseCertsOnly } from "../../src/pki/certs-only.ts";
import { encodeUtf8, fromHex, toHex } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";
import { certificateSession, FakeAssociation, notFound } from "../support/fake-association.ts";
import * as rfc9148 from "../support/rfc9148-examples.ts";
import { VirtualTime } from "../support/virtual-time.ts";

const csr = fromHex(rfc9148.enrolRequest);
const certsOnly = (hex: string, code: number = Code.Changed): CoapResponse => ({
  code,
  contentFormat: 281,
  payload: fromHex(hex),
});
const issued = certsOnly(rfc9148.enrolResponse);
const certificatesOf = (hex: string) => parseCertsOnly(fromHex(hex)).certificates;
const atWellKnown = ({ path }: CoapRequest, answer: CoapResponse): CoapResponse =>
  path.join("/").startsWith(".well-known/est/") ? answer : notFound;

function client(association: FakeAssociation, options: EstClientOptions = {}, time = new VirtualTime()): EstClient {
  return new EstClient(association, { discover: false, ...options }, { timers: time });
}

suite("functions", () => {
  test("each sends its method, path and Content-Formats, and gives the certificates of RFC 9148's answers", async () => {
    const answers: Record<string, CoapResponse> = {
      crts: certsOnly(rfc9148.cacertsResponse, Code.Content),
      sen: issued,
      sren: issued,
    };
    const association = new FakeAssociation(({ path }) => answers[path.at(-1) ?? ""] ?? notFound);
    const est = client(association);
    assert.deepEqual(await est.caCertificates(), certificatesOf(rfc9148.cacertsResponse));
    assert.deepEqual(await est.enrol(csr), certificatesOf(rfc9148.enrolResponse));
    assert.deepEqual(await est.reenrol(csr), certificatesOf(rfc9148.enrolResponse));
    assert.deepEqual(association.lines, [
      "GET .well-known/est/crts",
      "POST .well-known/est/sen",
      "POST .well-known/est/sren",
    ]);
    assert.deepEqual(
      association.sent.map(({ accept, contentFormat }) => [accept, contentFormat]),
      [
        [281, undefined],
        [281, 286],
        [281, 286],
      ],
    );
    assert.equal(toHex(association.sent[1]?.payload ?? new Uint8Array()), rfc9148.enrolRequest);
  });

  test("a bare certificate (287) is taken whatever was asked for, and asked for where the option says so", async () => {
    const [certificate = new Uint8Array()] = certificatesOf(rfc9148.enrolResponse);
    const association = new FakeAssociation(() => ({ code: Code.Changed, contentFormat: 287, payload: certificate }));
    assert.deepEqual(await client(association).enrol(csr), [certificate]);
    assert.deepEqual(await client(association, { accept: 287 }).enrol(csr), [certificate]);
    assert.deepEqual(
      association.sent.map(({ accept }) => accept),
      [281, 287],
    );
  });

  test("an answer without Content-Format is taken for certs-only", async () => {
    const association = new FakeAssociation(() => ({ code: Code.Changed, payload: fromHex(rfc9148.enrolResponse) }));
    assert.equal((await client(association).enrol(csr)).length, 1);
  });

  test("a server's wishes for the CSR are read; none, and no such function, are no wishes", async () => {
    const wishes: readonly [CoapResponse, number][] = [
      [{ code: Code.Content, contentFormat: 285, payload: fromHex(rfc9148.csrAttributes) }, 6],
      [{ code: Code.Content }, 0],
      [notFound, 0],
      [{ code: Code.MethodNotAllowed }, 0],
    ];
    for (const [answer, count] of wishes)
      assert.equal((await client(new FakeAssociation(() => answer)).csrAttributes()).length, count);
  });

  test("a key made by the server is refused before anything is sent, unless it is allowed", async () => {
    const payload = encodeMultipartCore([
      { format: 284, content: fromHex(rfc9148.serverKeyPrivateKey) },
      { format: 281, content: fromHex(rfc9148.serverKeyCertificate) },
    ]);
    const association = new FakeAssociation(() => ({ code: Code.Changed, contentFormat: 62, payload }));
    await assert.rejects(client(association).serverMadeKey(csr), { code: "SERVER_KEYS_NOT_ALLOWED" });
    assert.equal(association.sent.length, 0);
    const { privateKey, encrypted, certificates } = await client(association, { allowServerKeys: true }).serverMadeKey(
      csr,
    );
    assert.equal(toHex(privateKey), rfc9148.serverKeyPrivateKey);
    assert.equal(encrypted, false);
    assert.deepEqual(certificates, certificatesOf(rfc9148.serverKeyCertificate));
    await client(association, { allowServerKeys: true, accept: 287 }).serverMadeKey(csr);
    assert.deepEqual(association.lines, ["POST .well-known/est/skg", "POST .well-known/est/skc"]);
  });
});

suite("where the functions are", () => {
  const links = '</est/acme/crts>;rt="ace.est.crts";ct="281 287",</est/acme/sen>;rt="ace.est.sen"';
  const discovered = (answer: CoapResponse) =>
    new FakeAssociation(({ path }) => (path.at(-1) === "core" ? answer : issued));

  test("a configured root is the only one", async () => {
    const association = new FakeAssociation(() => notFound);
    await assert.rejects(client(association, { root: ["est", "acme"] }).enrol(csr), { code: "EST_NOT_FOUND" });
    assert.deepEqual(association.lines, ["POST est/acme/sen"]);
  });

  test("the server's list of resources says where, and is asked for once", async () => {
    const association = discovered({ code: Code.Content, contentFormat: 40, payload: encodeUtf8(links) });
    const est = client(association, { discover: true });
    await est.enrol(csr);
    await est.reenrol(csr);
    assert.deepEqual(association.lines, ["GET .well-known/core", "POST est/acme/sen", "POST est/acme/sren"]);
    assert.deepEqual(association.sent[0]?.query, ["rt=ace.est*"]);
    assert.deepEqual(est.root, ["est", "acme"]);
  });

  test("no list, an empty one, one that cannot be read, and one of other hosts lead to the well-known root", async () => {
    const elsewhere =
      '<coaps://other.example/est/sen>;rt="ace.est.sen",<//h/est/sen>;rt="ace.est.sen",</x>;rt="ace.est.sen"';
    for (const text of [undefined, "", "<broken", elsewhere, "</est/%zz/sen>;rt=ace.est.sen"]) {
      const association = discovered(text === undefined ? notFound : { code: Code.Content, payload: encodeUtf8(text) });
      await client(association, { discover: true }).enrol(csr);
      assert.deepEqual(association.lines, ["GET .well-known/core", "POST .well-known/est/sen"], text);
    }
  });

  test("4.04 at the well-known root leads to /est, with the same bytes, and that is remembered", async () => {
    const association = new FakeAssociation(({ path }) => (path[0] === "est" ? issued : notFound));
    const est = client(association);
    await est.enrol(csr);
    await est.reenrol(csr);
    assert.deepEqual(association.lines, ["POST .well-known/est/sen", "POST est/sen", "POST est/sren"]);
    assert.deepEqual(association.sent[1]?.payload, csr);
    assert.deepEqual(est.root, ["est"]);
  });

  test("a function that is missing under a root that exists is not looked for elsewhere", async () => {
    const association = new FakeAssociation((request) =>
      request.path.at(-1) === "crts" ? notFound : atWellKnown(request, issued),
    );
    const est = client(association);
    await est.enrol(csr);
    await assert.rejects(est.caCertificates(), { code: "EST_NOT_FOUND" });
    assert.deepEqual(association.lines.slice(1), ["GET .well-known/est/crts"]);
  });

  test("a remembered root is tried first, without discovery, and left when the server moved", async () => {
    const moved = new FakeAssociation((request) => atWellKnown(request, issued));
    const est = client(moved, { discover: true, rememberedRoot: ["est"] });
    await est.enrol(csr);
    assert.deepEqual(moved.lines, ["POST est/sen", "POST .well-known/est/sen"]);
    assert.deepEqual(est.root, [".well-known", "est"]);
  });
});

suite("answers that are no certificate", () => {
  const refusals: readonly [number, EstErrorCode, boolean][] = [
    [Code.BadRequest, "EST_REFUSED", false],
    [Code.Unauthorized, "EST_REFUSED", false],
    [Code.Forbidden, "EST_REFUSED", false],
    [Code.NotFound, "EST_NOT_FOUND", false],
    [Code.NotAcceptable, "EST_REFUSED", false],
    [Code.UnsupportedContentFormat, "EST_REFUSED", false],
    [Code.TooManyRequests, "EST_UNAVAILABLE", true],
    [Code.InternalServerError, "EST_UNAVAILABLE", true],
    [Code.GatewayTimeout, "EST_UNAVAILABLE", true],
  ];
  for (const [code, expected, retryable] of refusals) {
    test(`code 0x${code.toString(16)} is ${expected}, ${retryable ? "to be tried again" : "final"}`, async () => {
      const association = new FakeAssociation(() => ({ code, payload: encodeUtf8("no\u0007 way") }));
      await assert.rejects(client(association, { root: ["est"] }).enrol(csr), (error: unknown) => {
        assert.ok(error instanceof CodedError && "retryable" in error);
        assert.equal(error.code, expected);
        assert.equal(error.retryable, retryable);
        assert.match(error.message, /EST enrolment: the server answered \d\.\d\d "no\? way"/);
        return true;
      });
    });
  }

  test("a body of another format, malformed, or without certificates is a bad answer with its cause", async () => {
    const [certificate = new Uint8Array()] = certificatesOf(rfc9148.enrolResponse);
    const bad: readonly [CoapResponse, RegExp][] = [
      [{ code: Code.Changed, contentFormat: 0, payload: certificate }, /Content-Format 0/],
      [{ code: Code.Changed, contentFormat: 281, payload: certificate }, /certs-only/],
      [{ code: Code.Changed, contentFormat: 287, payload: fromHex(rfc9148.enrolResponse) }, /certificate/],
      [{ code: Code.Changed, contentFormat: 281 }, /certs-only/],
      [
        certsOnly("3023" + "06092a864886f70d010702a016" + "30140201013100300b06092a864886f70d0107013100"),
        /no certificate in it/,
      ],
    ];
    for (const [answer, cause] of bad) {
      await assert.rejects(client(new FakeAssociation(() => answer)).enrol(csr), (error: unknown) => {
        assert.ok(error instanceof CodedError);
        assert.equal(error.code, "EST_BAD_ANSWER");
        assert.match(String((error.cause as Error).message), cause);
        return true;
      });
    }
  });

  test("a session that ends is EST_UNREACHABLE, with the cause", async () => {
    const cause = new CodedError("COAP_CLOSED", "gone");
    const association = new FakeAssociation(() => Promise.reject(cause));
    await assert.rejects(client(association).enrol(csr), { code: "EST_UNREACHABLE", retryable: true, cause });
  });

  test("a session that is plain, or by pre-shared key, does not carry EST unless the latter is allowed", () => {
    const psk = { ...certificateSession, peerChain: [] };
    assert.throws(() => client(new FakeAssociation(() => issued, "none")), {
      code: "EST_SESSION_UNFIT",
      message: /coaps/,
    });
    assert.throws(() => client(new FakeAssociation(() => issued, psk)), {
      code: "EST_SESSION_UNFIT",
      message: /allowPreSharedKey/,
    });
    assert.ok(client(new FakeAssociation(() => issued, psk), { allowPreSharedKey: true }));
  });
});

suite("a server that needs time", () => {
  const later = (maxAge?: number): CoapResponse => ({
    code: Code.ServiceUnavailable,
    ...(maxAge !== undefined && { maxAge }),
  });

  test("the identical request goes out again after Max-Age, as often as the server asks", async () => {
    const time = new VirtualTime();
    const association = new FakeAssociation((_, count) => (count < 3 ? later(30) : issued));
    const answer = client(association, {}, time).enrol(csr);
    await time.advance(29_999);
    assert.equal(association.sent.length, 1);
    await time.advance(1);
    assert.equal(association.sent.length, 2);
    await time.advance(30_000);
    assert.equal((await answer).length, 1);
    assert.equal(association.sent.length, 3);
    for (const { payload } of association.sent) assert.deepEqual(payload, csr);
  });

  test("without Max-Age a minute is waited, with 0 a second: never a busy loop", async () => {
    for (const [maxAge, ms] of [
      [undefined, 60_000],
      [0, 1000],
    ] as const) {
      const time = new VirtualTime();
      const association = new FakeAssociation((_, count) => (count === 1 ? later(maxAge) : issued));
      const answer = client(association, {}, time).enrol(csr);
      await time.advance(ms - 1);
      assert.equal(association.sent.length, 1);
      await time.advance(1);
      assert.equal((await answer).length, 1);
    }
  });

  test("a wait longer than our patience is handed to the caller with its length", async () => {
    const association = new FakeAssociation(() => later(3600));
    await assert.rejects(client(association).enrol(csr), {
      code: "EST_PENDING",
      retryable: true,
      retryAfterMs: 3_600_000,
    });
    assert.equal(association.sent.length, 1);
  });

  test("patience is for all waits together", async () => {
    const time = new VirtualTime();
    const association = new FakeAssociation(() => later(50));
    const answer = assert.rejects(client(association, {}, time).enrol(csr), { code: "EST_PENDING" });
    await time.advance(1_000_000);
    await answer;
    assert.equal(association.sent.length, 3);
  });

  test("the caller may give up while waiting", async () => {
    const time = new VirtualTime();
    const cancel = new AbortController();
    const answer = client(new FakeAssociation(() => later(60)), {}, time).enrol(csr, cancel.signal);
    const refused = assert.rejects(answer, { code: "EST_UNREACHABLE", message: /given up/ });
    await time.advance(10);
    cancel.abort();
    await refused;
    assert.equal(time.armed, 0);
  });
});
