import { equalBytes } from "../util/bytes.ts";
import { type Block, blockOffset, blockOption, blockToOption, maxBlockNumber } from "./block-option.ts";
import { Body } from "./body.ts";
import type { Exchange } from "./body-upload.ts";
import { CoapError } from "./coap-error.ts";
import { type CoapMessage, Code, codeText } from "./message.ts";
import { OptionNumber, optionValue, uintOption } from "./options.ts";
import type { RequestContent } from "./request-client.ts";

/**
 * Fetches what is missing of a response that came in its first block, and gives it whole (RFC 7959 §2.4). An error
 * response to a later block is the result. Throws CoapError COAP_RESPONSE_TOO_LARGE, COAP_BODY_CHANGED or
 * COAP_BAD_RESPONSE.
 */
export async function download(
  request: RequestContent,
  first: CoapMessage,
  exchange: Exchange,
  maxBytes: number,
): Promise<CoapMessage> {
  if (optionValue(first.options, OptionNumber.Block2) === undefined) return first;
  const announced = uintOption(first.options, OptionNumber.Size2) ?? 0;
  if (announced > maxBytes) throw tooLarge(announced, maxBytes);
  const body = new Body();
  let block = appendBlock(body, first, maxBytes);
  while (block.more) {
    const next = await exchange(laterBlockRequest(request, body.length, block));
    if (next.code >= Code.BadRequest) return next;
    checkSameBody(first, next);
    block = appendBlock(body, next, maxBytes);
  }
  return { ...first, payload: body.bytes() };
}

/** The same options without Observe, and no body (RFC 7959 §2.7, §3.3). */
function laterBlockRequest(request: RequestContent, offset: number, previous: Block): RequestContent {
  const number = offset / previous.size;
  if (number > maxBlockNumber) throw new CoapError("COAP_RESPONSE_TOO_LARGE", "more blocks than there are numbers");
  const wanted = blockToOption(OptionNumber.Block2, { number, more: false, size: previous.size });
  const kept = request.options.filter((option) => option.number !== OptionNumber.Observe && !isBlock2(option.number));
  return { code: request.code, options: [...kept, wanted], payload: new Uint8Array(0) };
}

function appendBlock(body: Body, response: CoapMessage, maxBytes: number): Block {
  const block = blockOption(response.options, OptionNumber.Block2);
  const { payload } = response;
  if (block === undefined || block === "reserved") throw badBlock("a block", block ?? "none");
  if (blockOffset(block) !== body.length) throw badBlock(`the block at byte ${body.length}`, `${blockOffset(block)}`);
  const fits = block.more ? payload.length === block.size : payload.length <= block.size;
  if (!fits) throw badBlock(`${block.size} bytes`, `${payload.length}`);
  if (body.length + payload.length > maxBytes) throw tooLarge(body.length + payload.length, maxBytes);
  body.append(payload);
  return block;
}

function checkSameBody(first: CoapMessage, next: CoapMessage): void {
  const same = [OptionNumber.ETag, OptionNumber.ContentFormat].every((number) =>
    equalBytes(
      optionValue(first.options, number) ?? new Uint8Array(0),
      optionValue(next.options, number) ?? new Uint8Array(0),
    ),
  );
  if (same && next.code === first.code) return;
  const text = `the body changed while its blocks were fetched (${codeText(first.code)}, then ${codeText(next.code)})`;
  throw new CoapError("COAP_BODY_CHANGED", text);
}

function isBlock2(number: number): boolean {
  return number === OptionNumber.Block2 || number === OptionNumber.Size2;
}

function badBlock(expected: string, came: string): CoapError {
  return new CoapError("COAP_BAD_RESPONSE", `Block2: ${expected} expected, ${came} came`);
}

function tooLarge(bytes: number, maxBytes: number): CoapError {
  return new CoapError("COAP_RESPONSE_TOO_LARGE", `a body of at most ${maxBytes} bytes is taken, ${bytes} bytes come`);
}
