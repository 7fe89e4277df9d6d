import { Code } from "../../coap/message.ts";
import { decodeText, encodeText } from "../../formats/text.ts";
import { equalValues, type Value, type ValueType } from "../../formats/values.ts";
import type { ExecuteArguments } from "../../lwm2m/data-model/execute-arguments.ts";
import { OperationError } from "../../lwm2m/data-model/operation-error.ts";
import { withDeadline } from "../../smartcard/deadline.ts";
import { decodeUtf8, encodeUtf8 } from "../../util/bytes.ts";
import { CodedError } from "../../util/coded-error.ts";
import type { Timers } from "../../util/time.ts";
import type { TopicMapping } from "./objects-config.ts";
import type { ResourceSource } from "./resource-source.ts";

/** A program that takes what servers write and execute. Resolves when it is done; rejects with its reason. */
export interface TopicSubscriber {
  write(topic: string, text: string): Promise<void>;
  /** `args`: as in Execute, `0='a',1`. */
  execute(topic: string, args: string): Promise<void>;
}

interface Topic {
  readonly type: ValueType;
  readonly can: { readonly read: boolean; readonly write: boolean; readonly execute: boolean };
  readonly listeners: Set<() => void>;
  value: Value | undefined;
}

/** The topics of the configuration: their last values and who takes writes. Knows nothing of sockets. */
export class TopicTable {
  readonly #timers: Timers;
  readonly #topics = new Map<string, Topic>();
  readonly #subscribers = new Map<string, TopicSubscriber>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Two resources may show one topic when they are of one type. Throws CodedError "BAD_OBJECTS_CONFIG". */
  source({ topic: name, timeout }: TopicMapping, type: ValueType, can: Topic["can"]): ResourceSource {
    const topic = this.#topics.get(name) ?? { type, can, listeners: new Set(), value: undefined };
    if (topic.type !== type) {
      throw new CodedError(
        "BAD_OBJECTS_CONFIG",
        `topic ${name} is mapped to resources of type ${topic.type} and ${type}`,
      );
    }
    this.#topics.set(name, topic);
    const hand = (over: (subscriber: TopicSubscriber) => Promise<void>) => this.#handOver(name, over, timeout * 1000);
    return {
      read: async () => topic.value,
      write: async (value) => {
        await hand((subscriber) => subscriber.write(name, decodeUtf8(encodeText(value), "value")));
        this.#set(topic, value);
      },
      execute: (args) => hand((subscriber) => subscriber.execute(name, argumentsText(args))),
      watch: (changed) => {
        topic.listeners.add(changed);
        return () => topic.listeners.delete(changed);
      },
    };
  }

  /** Throws CodedError "NO_SUCH_TOPIC" or "BAD_VALUE" (ValueError, DecodeError) that says what was expected. */
  publish(name: string, text: string): void {
    const topic = this.#topic(name);
    if (!topic.can.read) throw new CodedError("NOT_PUBLISHED", `topic ${name} is not for reading`);
    this.#set(topic, decodeText(encodeUtf8(text), topic.type));
  }

  /** The latest subscriber gets what servers write. Throws CodedError "NO_SUCH_TOPIC". */
  subscribe(name: string, subscriber: TopicSubscriber): void {
    this.#topic(name);
    this.#subscribers.set(name, subscriber);
  }

  unsubscribeAll(subscriber: TopicSubscriber): void {
    for (const [name, one] of this.#subscribers) if (one === subscriber) this.#subscribers.delete(name);
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic) return topic;
    const names = [...this.#topics.keys()].join(", ");
    throw new CodedError("NO_SUCH_TOPIC", `no topic of that name in the configuration; there are: ${names}`);
  }

  #set(topic: Topic, value: Value): void {
    const before = topic.value;
    topic.value = value;
    if (before === undefined || !equalValues(before, value)) for (const listener of [...topic.listeners]) listener();
  }

  async #handOver(
    name: string,
    over: (subscriber: TopicSubscriber) => Promise<void>,
    deadlineMs: number,
  ): Promise<void> {
    const subscriber = this.#subscribers.get(name);
    if (!subscriber) throw new OperationError(Code.ServiceUnavailable, `nobody subscribes to topic ${name}`);
    const late = (): Error => new CodedError("TOPIC_TIMEOUT", `no answer about topic ${name} within ${deadlineMs} ms`);
    await withDeadline(over(subscriber), this.#timers, deadlineMs, late);
  }
}

function argumentsText(args: ExecuteArguments): string {
  return [...args].map(([digit, value]) => (value === "" ? `${digit}` : `${digit}='${value}'`)).join(",");
}
