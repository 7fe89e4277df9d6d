import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { blockOption } from "../../src/coap/block-option.ts";
import { decodeMessage } from "../../src/coap/codec.ts";
import { Code } from "../../src/coap/message.ts";
import { OptionNumber } from "../../src/coap/options.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { serveUdp } from "./coap-udp.ts";
import type { Cleanup } from "./foreign/cleanup.ts";

/** A server with one package, and the first byte of every part that it gave, in order. */
export interface PackageServer {
  readonly uri: string;
  readonly given: { readonly from: number; readonly bytes: number }[];
}

export async function coapPackageServer(cleanup: Cleanup, image: Uint8Array): Promise<PackageServer> {
  const given: { from: number; bytes: number }[] = [];
  const options = [{ number: OptionNumber.ETag, value: encodeUtf8("image-1") }];
  const server = await serveUdp({
    handle: () => ({ code: Code.Content, payload: image, options }),
    parameters: { maxBodyBytes: image.length },
    onSent: (datagram) => {
      const { options, payload } = decodeMessage(datagram);
      const block = blockOption(options, OptionNumber.Block2);
      if (block && block !== "reserved") given.push({ from: block.number * block.size, bytes: payload.length });
    },
  });
  cleanup.after(() => server.close());
  return { uri: `coap://127.0.0.1:${server.port}/image`, given };
}

/** Gives `bytes` as sent when the connection had them all: what a dead client's system swallowed counts too. */
export async function httpPackageServer(cleanup: Cleanup, image: Uint8Array): Promise<PackageServer> {
  const given: { from: number; bytes: number }[] = [];
  const etag = '"image-1"';
  const server = createServer(({ headers }, response) => {
    const range = headers["if-range"] === etag ? /^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] : undefined;
    const from = Number(range ?? 0);
    const part = image.subarray(from);
    given.push({ from, bytes: part.length });
    const contentRange = { "content-range": `bytes ${from}-${image.length - 1}/${image.length}` };
    response.writeHead(range === undefined ? 200 : 206, {
      etag,
      "content-length": part.length,
      ...(range !== undefined && contentRange),
    });
    void sendInPieces(part, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanup.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/image`, given };
}

/** So that a client can be caught on its way. */
async function sendInPieces(part: Uint8Array, response: ServerResponse): Promise<void> {
  for (let at = 0; at < part.length && !response.destroyed; at += 32_768) {
    await new Promise<void>((sent) => response.write(part.subarray(at, at + 32_768), () => setImmediate(sent)));
  }
  response.end();
}
