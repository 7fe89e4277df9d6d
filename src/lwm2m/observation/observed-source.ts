import type { CoapResponse } from "../../coap/exchange.ts";
import { Code, Method } from "../../coap/message.ts";
import type { DataRecord } from "../../formats/data-record.ts";
import { isWithin, type Path } from "../../formats/path.ts";
import type { ObserveRequest } from "../account-state.ts";
import { compositeAnswerFormat, compositePaths } from "../data-model/composite-requests.ts";
import { encodeComposite, encodeContent } from "../data-model/content.ts";
import { recordFormat } from "../data-model/content-formats.ts";
import type { DataModel } from "../data-model/data-model.ts";
import { attributeNames, type NotificationAttributes } from "../data-model/notification-attributes.ts";
import { read } from "../data-model/read.ts";
import { readPresent, requireSomeRight, uniteRecords } from "../data-model/read-composite.ts";
import { requestPath } from "../data-model/request-router.ts";
import type { ServerContext } from "../data-model/server-context.ts";
import { isHidden } from "../data-model/target.ts";
import type { Sample } from "./notification-rule.ts";
import { compositeNames, compositeObserveAttributes, observeAttributes } from "./observe-attributes.ts";

/** What one observation is about, and how it is written. */
export interface ObservedSource {
  /** What asked for it. */
  readonly request: ObserveRequest;
  readonly paths: readonly Path[];
  /** One for each path. Rejects with OperationError when it can no longer be read. */
  sample(): Promise<readonly Sample[]>;
  /** A notification. Records with a time are a series, of which a format without time tells the newest. */
  encode(records: readonly DataRecord[]): CoapResponse;
  /** What is in force for the path at this index, server defaults aside. */
  attributes(index: number): NotificationAttributes;
  /** True when some value below the paths changes without being announced. */
  changesByItself(): boolean;
}

/** Of a GET or a FETCH. Throws OperationError. */
export async function observedSource(
  request: ObserveRequest,
  model: DataModel,
  context: ServerContext,
): Promise<ObservedSource> {
  return request.method === Method.FETCH
    ? compositeSource(request, model, context)
    : await singleSource(request, model, context);
}

/** Of an Observe request for one path. Throws OperationError. */
async function singleSource(
  request: ObserveRequest,
  model: DataModel,
  context: ServerContext,
): Promise<ObservedSource> {
  const path = requestPath(request);
  const own = await observeAttributes(model, path, request.query, context.version);
  let format = request.accept;
  const encode = (records: readonly DataRecord[]) => {
    const content = encodeContent(path, told(records, format, context), format, context.version);
    // What the first answer was in holds for all that follow.
    format = content.contentFormat;
    return { code: Code.Content, ...content };
  };
  return {
    request,
    paths: [path],
    sample: async () => [await read(model, path, context)],
    encode,
    attributes: () => own ?? context.attributes.inherited(path),
    changesByItself: () => hasRestless(model, [path]),
  };
}

/** Of an Observe-Composite request: each notification carries all paths. Throws OperationError. */
function compositeSource(request: ObserveRequest, model: DataModel, context: ServerContext): ObservedSource {
  const paths = compositePaths(request, context.version);
  const own = compositeObserveAttributes(request.query, context.version);
  const format = compositeAnswerFormat(request);
  return {
    request,
    paths,
    sample: async () => {
      requireSomeRight(model, paths, context);
      return Promise.all(paths.map((path) => readPresent(model, path, context)));
    },
    encode: (records) => ({
      code: Code.Content,
      ...encodeComposite(told(records, format, context), format, context.version),
    }),
    attributes: (index) => {
      const attached = context.attributes.inherited(paths[index] ?? []);
      return own ? { ...withoutReplaced(attached), ...own } : attached;
    },
    changesByItself: () => hasRestless(model, paths),
  };
}

/** The attributes that the request may carry are ignored when it carries any; the others stay. */
function withoutReplaced(attached: NotificationAttributes): NotificationAttributes {
  const others = attributeNames.filter((name) => !compositeNames.has(name) && attached[name] !== undefined);
  return Object.fromEntries(others.map((name) => [name, attached[name]]));
}

/** All records of samples, each once. */
export function recordsOf(samples: readonly Sample[]): readonly DataRecord[] {
  return samples.length === 1 ? (samples[0] ?? []) : uniteRecords(samples);
}

function told(
  records: readonly DataRecord[],
  contentFormat: number | undefined,
  { version }: ServerContext,
): readonly DataRecord[] {
  const newest = Math.max(...records.map(({ time }) => time ?? Number.POSITIVE_INFINITY));
  const isSeries = records.some(({ time }) => time !== undefined);
  if (!isSeries || recordFormat(contentFormat, version)?.hasTime) return records;
  return records
    .filter(({ time }) => (time ?? Number.POSITIVE_INFINITY) === newest)
    .map(({ time: _, ...record }) => record);
}

function hasRestless(model: DataModel, paths: readonly Path[]): boolean {
  const isNear = (id: number) => paths.some(([objectId = id]) => objectId === id);
  const objects = model
    .objects()
    .filter(({ definition: { id }, changesByItself }) => changesByItself && isNear(id) && !isHidden(id));
  return objects.some((object) =>
    object.instances().some((instance) =>
      object.resources(instance).some((resource) => {
        const own = [object.definition.id, instance, resource];
        const isObserved = paths.some((path) => isWithin(own, path) || isWithin(path, own));
        return isObserved && object.changesByItself?.(instance, resource);
      }),
    ),
  );
}
