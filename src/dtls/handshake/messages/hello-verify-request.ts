import { ByteReader, ByteWriter } from "../../../util/bytes.ts";

/** HelloVerifyRequest (RFC 6347 §4.2.1). `version` says nothing about the version that will be negotiated. */
export interface HelloVerifyRequest {
  readonly version: number;
  /** 0 to 255 bytes. */
  readonly cookie: Uint8Array;
}

export function decodeHelloVerifyRequest(body: Uint8Array): HelloVerifyRequest {
  const reader = new ByteReader(body, "HelloVerifyRequest");
  const version = reader.uint16();
  const cookie = reader.vector(1);
  reader.end();
  return { version, cookie };
}

export function encodeHelloVerifyRequest(request: HelloVerifyRequest): Uint8Array {
  return new ByteWriter().uint16(request.version).vector(1, request.cookie).finish();
}
