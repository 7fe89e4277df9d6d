import type { MonotonicClock } from "../util/time.ts";
import { type Block, blockOffset, smallerSize } from "./block-option.ts";
import { Body } from "./body.ts";
import { Code } from "./message.ts";
import { type CoapParameters, exchangeLifetimeMs } from "./parameters.ts";
import { TransferTable } from "./transfer-table.ts";

export type Assembly =
  /** Answer 2.31 with this Block1. */
  | { readonly kind: "continue"; readonly block: Block }
  | { readonly kind: "complete"; readonly payload: Uint8Array }
  /** Answer with this error; `maxBytes` belongs in Size1. The transfer is forgotten. */
  | { readonly kind: "refused"; readonly code: number; readonly reason: string; readonly maxBytes?: number };

/** Puts Block1 transfers of the peer together; the handler sees the body once, whole (RFC 7959 §2.5). */
export class RequestBodyAssembler {
  readonly #parameters: CoapParameters;
  readonly #bodies: TransferTable<Body>;

  constructor(parameters: CoapParameters, clock: MonotonicClock) {
    this.#parameters = parameters;
    this.#bodies = new TransferTable(clock, parameters.maxTransfers, exchangeLifetimeMs(parameters));
  }

  get unfinished(): number {
    return this.#bodies.size;
  }

  dropExpired(): void {
    this.#bodies.dropExpired();
  }

  /** `announced` is Size1. */
  accept(key: string, block: Block, payload: Uint8Array, announced: number | undefined): Assembly {
    const assembly = this.#accept(key, block, payload, announced);
    if (assembly.kind !== "continue") this.#bodies.delete(key);
    return assembly;
  }

  #accept(key: string, block: Block, payload: Uint8Array, announced = 0): Assembly {
    const { maxBodyBytes, blockSize } = this.#parameters;
    const offset = blockOffset(block);
    if (block.more ? payload.length !== block.size : payload.length > block.size) {
      return refused(Code.BadRequest, `block of ${block.size} bytes with a payload of ${payload.length}`);
    }
    if (Math.max(announced, offset + payload.length) > maxBodyBytes) {
      const reason = `at most ${maxBodyBytes} bytes are taken`;
      return { kind: "refused", code: Code.RequestEntityTooLarge, reason, maxBytes: maxBodyBytes };
    }
    const body = block.number === 0 ? new Body() : this.#bodies.get(key);
    if (body?.length !== offset) return refused(Code.RequestEntityIncomplete, `byte ${body?.length ?? 0} is next`);
    body.append(payload);
    if (!block.more) return { kind: "complete", payload: body.bytes() };
    this.#bodies.set(key, body);
    return { kind: "continue", block: { ...block, size: smallerSize(block.size, blockSize) } };
  }
}

function refused(code: number, reason: string): Assembly {
  return { kind: "refused", code, reason };
}
