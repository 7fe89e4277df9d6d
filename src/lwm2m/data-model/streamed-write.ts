import type { BodySink, CoapRequest, CoapResponse } from "../../coap/exchange.ts";
import { Code, Method } from "../../coap/message.ts";
import { formatPath, parsePathSegments } from "../../formats/path.ts";
import { DecodeError } from "../../util/coded-error.ts";
import type { Logger } from "../../util/log.ts";
import { isWritable } from "../model/object-definition.ts";
import type { DataModel } from "./data-model.ts";
import type { ValueStream } from "./object.ts";
import { badRequest, methodNotAllowed, unauthorized } from "./operation-error.ts";
import { errorResponse } from "./request-router.ts";
import type { ServerContext } from "./server-context.ts";
import { StreamedValue } from "./streamed-value.ts";
import { findResource } from "./target.ts";

/**
 * A Write of one opaque resource that comes in many blocks, for objects that take such values as they come. Undefined:
 * any other request, to be collected and carried out whole. A response refuses it at the first block. `onBlock` hears
 * of each: the server is at work.
 */
export function openStreamedWrite(
  request: CoapRequest,
  announced: number | undefined,
  model: DataModel,
  context: ServerContext,
  logger: Logger,
  onBlock: () => void = () => {},
): BodySink | CoapResponse | undefined {
  const path = parsePathSegments(request.path);
  const framing = path && StreamedValue.framed(request.contentFormat, path);
  if (request.method !== Method.PUT || path?.length !== 3 || !framing) return undefined;
  try {
    const { object, instance, resource } = findResource(model, path);
    if (!object.openWrite || resource.type !== "opaque") return undefined;
    if (!isWritable(resource)) throw methodNotAllowed(`${formatPath(path)} is not writable`);
    if (!context.access.allows(context.shortServerId, "write", object.definition.id, instance)) {
      throw unauthorized(`no right to write ${formatPath(path)}`);
    }
    const stream = object.openWrite(instance, resource.id, announced);
    return stream && new StreamedWrite(stream, framing, (error) => errorResponse(error, request, logger), onBlock);
  } catch (error) {
    return errorResponse(error, request, logger);
  }
}

class StreamedWrite implements BodySink {
  readonly #stream: ValueStream;
  readonly #framing: StreamedValue;
  readonly #refuse: (error: unknown) => CoapResponse;
  readonly #onBlock: () => void;

  constructor(
    stream: ValueStream,
    framing: StreamedValue,
    refuse: (error: unknown) => CoapResponse,
    onBlock: () => void,
  ) {
    this.#stream = stream;
    this.#framing = framing;
    this.#refuse = refuse;
    this.#onBlock = onBlock;
  }

  async append(bytes: Uint8Array): Promise<CoapResponse | undefined> {
    this.#onBlock();
    try {
      const value = this.#unframed(() => this.#framing.take(bytes));
      if (value.length > 0) await this.#stream.append(value);
      return undefined;
    } catch (error) {
      return this.#refuse(error);
    }
  }

  async finish(): Promise<CoapResponse> {
    try {
      this.#unframed(() => this.#framing.end());
      await this.#stream.finish();
      return { code: Code.Changed };
    } catch (error) {
      return this.#refuse(error);
    }
  }

  abandon(reason: string): void {
    this.#stream.abandon(reason);
  }

  #unframed<T>(read: () => T): T {
    try {
      return read();
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause;
      this.#stream.abandon(cause.message);
      throw badRequest("the payload cannot be read", { cause });
    }
  }
}
