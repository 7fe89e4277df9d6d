import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, type TestContext, test } from "node:test";
import type { DownloadBegin, DownloadSink } from "../../src/lwm2m/package-delivery/download-source.ts";
import { HttpSource } from "../../src/platform/http-source.ts";
import { concatBytes } from "../../src/util/bytes.ts";
import { pattern } from "../support/coap-messages.ts";

const body = pattern(100_000);
const never = new AbortController().signal;

type Serve = (request: IncomingMessage, response: ServerResponse, asked: number) => void;

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server; what it was asked is kept as "/path range if-range". */
async function serving(t: TestContext, serve: Serve) {
  const asked: string[] = [];
  const port = await listening(
    t,
    createServer((request, response) => {
      const { range = "-", "if-range": ifRange = "-" } = request.headers;
      serve(request, response, asked.push(`${request.url} ${range} ${ifRange}`));
    }),
  );
  return { uri: `http://127.0.0.1:${port}/image`, asked };
}

class Collected implements DownloadSink {
  readonly begun: DownloadBegin[] = [];
  #parts: Uint8Array[] = [];

  constructor(present: Uint8Array = new Uint8Array(0)) {
    this.#parts = [present];
  }

  get bytes(): Uint8Array {
    return concatBytes(this.#parts);
  }

  async begin(begin: DownloadBegin): Promise<void> {
    this.begun.push(begin);
    if (begin.offset === 0) this.#parts = [];
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#parts.push(bytes.slice());
  }
}

/** As a file server does: whole, or the part when the tag is right. */
const withRanges =
  (tag: string): Serve =>
  ({ headers }, response) => {
    const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? "") ?? [];
    if (from === undefined || headers["if-range"] !== tag) {
      response.writeHead(200, { etag: tag, "content-length": body.length }).end(body);
    } else {
      const range = `bytes ${from}-${body.length - 1}/${body.length}`;
      response.writeHead(206, { etag: tag, "content-range": range }).end(body.subarray(Number(from)));
    }
  };

describe("A package fetched by HTTP", () => {
  test("comes whole, with tag and size", async (t) => {
    const { uri, asked } = await serving(t, withRanges('"v1"'));
    const sink = new Collected();
    await new HttpSource().download({ uri, offset: 0 }, sink, never);
    assert.deepEqual(sink.bytes, body);
    assert.deepEqual(sink.begun, [{ offset: 0, unit: 1, validator: '"v1"', totalBytes: body.length }]);
    assert.deepEqual(asked, ["/image - -"]);
  });

  test("goes on at the byte it had come to when the tag is the same", async (t) => {
    const { uri, asked } = await serving(t, withRanges('"v1"'));
    const sink = new Collected(body.slice(0, 70_001));
    await new HttpSource().download({ uri, offset: 70_001, validator: '"v1"' }, sink, never);
    assert.deepEqual(sink.bytes, body);
    assert.deepEqual(asked, ['/image bytes=70001- "v1"']);
  });

  test("begins anew when the tag is another, or the part that comes is", async (t) => {
    const changed = await serving(t, withRanges('"v2"'));
    const sink = new Collected(new Uint8Array(500));
    await new HttpSource().download({ uri: changed.uri, offset: 500, validator: '"v1"' }, sink, never);
    assert.deepEqual(sink.bytes, body);
    const wrong = await serving(t, ({ headers }, response) => {
      if (headers.range === undefined) response.end(body);
      else response.writeHead(206, { "content-range": `bytes 0-9/${body.length}` }).end(body.subarray(0, 10));
    });
    const other = new Collected(new Uint8Array(500));
    await new HttpSource().download({ uri: wrong.uri, offset: 500, validator: '"v1"' }, other, never);
    assert.deepEqual(other.bytes, body);
    assert.equal(wrong.asked.length, 2);
  });

  test("begins anew when there is less than what is here", async (t) => {
    const { uri } = await serving(t, ({ headers }, response) => {
      if (headers.range === undefined) response.end(body);
      else response.writeHead(416).end();
    });
    const sink = new Collected(new Uint8Array(500));
    await new HttpSource().download({ uri, offset: 500, validator: '"v1"' }, sink, never);
    assert.deepEqual(sink.bytes, body);
  });

  test("names itself by a date when it has no tag, and not at all by a weak one", async (t) => {
    const date = "Wed, 21 Oct 2026 07:28:00 GMT";
    const dated = await serving(t, (_, response) => response.writeHead(200, { "last-modified": date }).end(body));
    const sink = new Collected();
    await new HttpSource().download({ uri: dated.uri, offset: 0 }, sink, never);
    assert.equal(sink.begun[0]?.validator, date);
    const weak = await serving(t, (_, response) => response.writeHead(200, { etag: 'W/"v1"' }).end(body));
    const other = new Collected();
    await new HttpSource().download({ uri: weak.uri, offset: 0 }, other, never);
    assert.equal(other.begun[0]?.validator, undefined);
  });

  test("that breaks off may be tried again", async (t) => {
    const { uri } = await serving(t, (_, response) => {
      response.writeHead(200, { "content-length": body.length });
      response.write(body.subarray(0, 1000), () => response.destroy());
    });
    const sink = new Collected();
    await assert.rejects(new HttpSource().download({ uri, offset: 0 }, sink, never), ({ code }: { code: string }) =>
      ["ECONNRESET", "DOWNLOAD_CUT"].includes(code),
    );
    assert.deepEqual(sink.bytes, body.subarray(0, 1000));
  });

  for (const [status, code] of [
    [404, "DELIVERY_BAD_ADDRESS"],
    [403, "DELIVERY_BAD_ADDRESS"],
    [429, "DOWNLOAD_REFUSED"],
    [503, "DOWNLOAD_REFUSED"],
  ] as const) {
    test(`that is answered ${status} ends with ${code}`, async (t) => {
      const { uri } = await serving(t, (_, response) => response.writeHead(status).end());
      await assert.rejects(new HttpSource().download({ uri, offset: 0 }, new Collected(), never), { code });
    });
  }

  test("may be elsewhere, a few steps away, and never by another protocol", async (t) => {
    const moved = await serving(t, (_, response, asked) => {
      if (asked > 3) response.end(body);
      else response.writeHead(302, { location: `/hop${asked}` }).end();
    });
    const sink = new Collected();
    await new HttpSource().download({ uri: moved.uri, offset: 0 }, sink, never);
    assert.deepEqual(sink.bytes, body);
    assert.deepEqual(moved.asked.at(-1), "/hop3 - -");
    for (const location of ["/image", "ftp://127.0.0.1/image", "http://%"]) {
      const { uri } = await serving(t, (_, response) => response.writeHead(301, { location }).end());
      await assert.rejects(new HttpSource().download({ uri, offset: 0 }, new Collected(), never), {
        code: "DELIVERY_BAD_ADDRESS",
      });
    }
  });

  test("shows its login to the server that was named, and to no other", async (t) => {
    const seen: (string | undefined)[] = [];
    const other = await serving(t, ({ headers }, response) => {
      seen.push(headers.authorization);
      response.end(body);
    });
    const { uri } = await serving(t, ({ headers }, response) => {
      seen.push(headers.authorization);
      response.writeHead(302, { location: other.uri }).end();
    });
    const login = { userName: "device", password: "secret" };
    await new HttpSource().download({ uri, offset: 0, login }, new Collected(), never);
    assert.deepEqual(seen, [`Basic ${btoa("device:secret")}`, undefined]);
  });

  test("is given up when the signal says so", async (t) => {
    const { uri } = await serving(t, (_, response) => response.write(body.subarray(0, 10)));
    const giveUp = new AbortController();
    const sink = new Collected();
    sink.append = async () => giveUp.abort(new Error("enough"));
    await assert.rejects(new HttpSource().download({ uri, offset: 0 }, sink, giveUp.signal));
  });

  test("from an address that is none is said before anything is sent", () => {
    const source = new HttpSource();
    source.check("https://files.example/image?v=1");
    for (const uri of ["http://", "https://user@files.example/", "coap://files.example/"]) {
      assert.throws(() => source.check(uri), { code: "DELIVERY_BAD_ADDRESS" });
    }
  });
});
