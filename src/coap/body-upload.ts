import { type Block, type BlockSize, blockOption, blockToOption, maxBlockNumber, smallerSize } from "./block-option.ts";
import { CoapError } from "./coap-error.ts";
import { type CoapMessage, Code, codeText } from "./message.ts";
import { OptionNumber, uintToOption } from "./options.ts";
import type { RequestContent } from "./request-client.ts";

/** Sends one request message and gives its response. */
export type Exchange = (content: RequestContent) => Promise<CoapMessage>;

/**
 * Sends a request whose body may need several blocks, and gives the response to the last (RFC 7959 §2.5). An error
 * response in between ends it and is the result. Throws CoapError COAP_BAD_RESPONSE when the peer loses the thread.
 */
export async function upload(request: RequestContent, preferred: BlockSize, exchange: Exchange): Promise<CoapMessage> {
  let size = preferred;
  if (request.payload.length <= size) {
    const response = await exchange(request);
    const smaller = smallerSizeAskedFor(response, size);
    if (smaller === undefined || smaller >= request.payload.length) return response;
    size = smaller;
  }
  for (let offset = 0; ; ) {
    const block = blockAt(request, offset, size);
    const response = await exchange(blockRequest(request, block));
    const smaller = offset === 0 ? smallerSizeAskedFor(response, size) : undefined;
    if (smaller !== undefined) size = smaller;
    else if (response.code >= Code.BadRequest) return response;
    else {
      const agreed = agreedBlock(response, block);
      if (!block.more) return response;
      offset += size;
      size = smallerSize(size, agreed.size);
    }
  }
}

function blockAt({ payload }: RequestContent, offset: number, size: BlockSize): Block {
  const number = offset / size;
  if (number > maxBlockNumber) {
    throw new CoapError("COAP_INVALID_MESSAGE", `${payload.length} bytes are too many for blocks of ${size}`);
  }
  return { number, more: offset + size < payload.length, size };
}

function blockRequest(request: RequestContent, block: Block): RequestContent {
  const offset = block.number * block.size;
  const size1 = block.number === 0 ? [uintToOption(OptionNumber.Size1, request.payload.length)] : [];
  return {
    code: request.code,
    options: [...request.options, blockToOption(OptionNumber.Block1, block), ...size1],
    payload: request.payload.subarray(offset, offset + block.size),
  };
}

/** RFC 7959 §2.9.3: a 4.13 that names a smaller block size would take the body in such blocks. */
function smallerSizeAskedFor(response: CoapMessage, size: BlockSize): BlockSize | undefined {
  if (response.code !== Code.RequestEntityTooLarge) return undefined;
  const block = blockOption(response.options, OptionNumber.Block1);
  return block && block !== "reserved" && block.size < size ? block.size : undefined;
}

/** 2.31 asks for more; another success with M=0 means that the peer acts on each block by itself. */
function agreedBlock(response: CoapMessage, sent: Block): Block {
  const block = blockOption(response.options, OptionNumber.Block1);
  const asksForMore = response.code === Code.Continue;
  // Block1 may be left out of a final answer: nothing depends on it any more.
  if (block === undefined && !sent.more && !asksForMore) return sent;
  if (block === undefined || block === "reserved" || block.number !== sent.number || (asksForMore && !sent.more)) {
    const text = `${codeText(response.code)} does not fit block ${sent.number}${sent.more ? "" : ", the last"}`;
    throw new CoapError("COAP_BAD_RESPONSE", text);
  }
  return block;
}
