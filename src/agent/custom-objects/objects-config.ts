import { z } from "zod";
import { section, text } from "../config/config-fields.ts";

/** A value that stays: as the resource's text form says, or as YAML's own number or truth value. */
export interface ConstantMapping {
  readonly constant: string | number | boolean;
}

export interface FileMapping {
  readonly file: string;
  readonly scale: number;
  /** Seconds. */
  readonly poll?: number | undefined;
  readonly inPlace: boolean;
}

export type CommandLine = readonly string[];

export interface CommandMapping {
  /** One for all operations that the resource has, or one for each. */
  readonly command:
    | CommandLine
    | {
        readonly read?: CommandLine | undefined;
        readonly write?: CommandLine | undefined;
        readonly execute?: CommandLine | undefined;
      };
  readonly scale: number;
  /** Seconds. */
  readonly poll?: number | undefined;
  /** Seconds. */
  readonly timeout: number;
}

export interface TopicMapping {
  readonly topic: string;
  /** Seconds. */
  readonly timeout: number;
}

export type SingleMapping = ConstantMapping | FileMapping | CommandMapping | TopicMapping;

/** A multiple resource: one mapping for each resource instance. */
export interface EachMapping {
  readonly each: Readonly<Record<string, SingleMapping>>;
}

export type ResourceMapping = SingleMapping | EachMapping;

/** The section `objects` of the configuration: custom objects and where their values come from. */
export function objectsSection() {
  return section({
    folder: text("the folder with object definitions (OMA XML) beyond those that come with the agent").optional(),
    modules: z.array(text("a JavaScript file"), { error: "a list of JavaScript files" }).default([]),
    topicSocket: text("the path of the Unix socket for topics").optional(),
    instances: z
      .record(z.string(), z.record(z.string(), resourceMapping(), { error: "resource ids with their mappings" }), {
        error: "instances like /3303/0 with their resources",
      })
      .default({}),
  }).superRefine(keysAreIds);
}

export interface ObjectsConfig {
  readonly folder?: string | undefined;
  readonly modules: readonly string[];
  readonly topicSocket?: string | undefined;
  /** By "/3303/0" and resource id. */
  readonly instances: Readonly<Record<string, Readonly<Record<string, ResourceMapping>>>>;
}

const sources = ["constant", "file", "command", "topic", "each"] as const;
/** What may stand beside each source. */
const settings = {
  constant: [],
  file: ["scale", "poll", "inPlace"],
  command: ["scale", "poll", "timeout"],
  topic: ["timeout"],
  each: [],
} as const satisfies Record<(typeof sources)[number], readonly string[]>;

const commandTimeout = 10;

function resourceMapping() {
  const fields = singleFields();
  return section({
    ...fields,
    each: z.record(z.string(), section(fields).transform(single), { error: "resource instance ids" }).optional(),
  }).transform((given, context): ResourceMapping => {
    if (given.each === undefined) return single(given, context);
    checkSource(given, context);
    return { each: given.each };
  });
}

function singleFields() {
  const commandLine = z.array(z.string({ error: "text" }), { error: commandForm }).min(1, { error: commandForm });
  const command = section({
    read: commandLine.optional(),
    write: commandLine.optional(),
    execute: commandLine.optional(),
  });
  return {
    constant: z.union([z.string(), z.number(), z.boolean()], { error: "a text, a number, true or false" }).optional(),
    file: text("the path of a file").optional(),
    command: z.union([commandLine, command], { error: commandForm }).optional(),
    topic: z
      .string({ error: topicForm })
      .regex(/^[\w./-]{1,64}$/, { error: topicForm })
      .optional(),
    scale: z
      .number({ error: "a factor" })
      .refine((factor) => factor !== 0, { error: "a factor other than 0" })
      .optional(),
    poll: z.number({ error: pollForm }).min(0.1, { error: pollForm }).max(86_400, { error: pollForm }).optional(),
    timeout: z
      .number({ error: timeoutForm })
      .min(0.1, { error: timeoutForm })
      .max(600, { error: timeoutForm })
      .optional(),
    inPlace: z.boolean({ error: "true or false" }).optional(),
  };
}

const commandForm = "a list of a program and its arguments, or such lists under read, write, execute";
const topicForm = "a name of 1 to 64 letters, digits and . _ / -";
const pollForm = "seconds from 0.1 to 86400";
const timeoutForm = "seconds from 0.1 to 600";

type SingleFields = z.output<ReturnType<typeof section<ReturnType<typeof singleFields>>>>;

function single(given: SingleFields, context: z.RefinementCtx): SingleMapping {
  checkSource(given, context);
  const { constant, file, command, topic, scale = 1, poll, timeout = commandTimeout, inPlace = false } = given;
  if (file !== undefined) return { file, scale, poll, inPlace };
  if (command !== undefined) return { command, scale, poll, timeout };
  if (topic !== undefined) return { topic, timeout };
  return { constant: constant ?? "" };
}

function checkSource(given: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const named = sources.filter((name) => given[name] !== undefined);
  const [source] = named;
  if (source === undefined || named.length > 1) {
    context.addIssue({ code: "custom", message: `exactly one of ${sources.join(", ")}` });
    return;
  }
  const allowed: readonly string[] = [source, ...settings[source]];
  const others = Object.keys(given).filter((key) => given[key] !== undefined && !allowed.includes(key));
  for (const key of others) {
    context.addIssue({
      code: "custom",
      path: [key],
      message: `nothing here, because it means nothing for a ${source}`,
    });
  }
}

function keysAreIds(objects: { instances: Record<string, Record<string, ResourceMapping>> }, context: z.RefinementCtx) {
  const refuse = (path: string[], message: string): void =>
    context.addIssue({ code: "custom", path: ["instances", ...path], message });
  for (const [instance, resources] of Object.entries(objects.instances)) {
    if (!/^\/(0|[1-9]\d{0,4})\/(0|[1-9]\d{0,4})$/.test(instance)) refuse([instance], "an instance like /3303/0");
    for (const [resource, mapping] of Object.entries(resources)) {
      if (!isId(resource)) refuse([instance, resource], "a resource id");
      for (const id of Object.keys("each" in mapping ? mapping.each : {})) {
        if (!isId(id)) refuse([instance, resource, "each", id], "a resource instance id");
      }
    }
  }
}

function isId(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) < 65_535;
}
