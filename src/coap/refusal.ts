import { encodeUtf8 } from "../util/bytes.ts";
import { type CoapOption, codeText } from "./message.ts";
import { OptionNumber, uintToOption } from "./options.ts";
import type { ResponseContent } from "./response-slicer.ts";

/** A request answered with an error before it reaches a handler. */
export class Refusal extends Error {
  readonly content: ResponseContent;

  /** `reason` becomes the diagnostic payload (RFC 7252 §5.5.2), `maxBytes` the Size1 of a 4.13 (RFC 7959 §4). */
  constructor(code: number, reason: string, maxBytes?: number) {
    super(`${codeText(code)} ${reason}`);
    const options: CoapOption[] = maxBytes === undefined ? [] : [uintToOption(OptionNumber.Size1, maxBytes)];
    this.content = { code, options, payload: encodeUtf8(reason) };
  }
}
