import { type CoapMessage, type CoapOption, Code, MessageType, Method } from "../../../src/coap/message.ts";
import { OptionNumber } from "../../../src/coap/options.ts";
import { encodeUtf8, toHex } from "../../../src/util/bytes.ts";
import type { Rewrite } from "./relay.ts";
import { isRequest, numberIn, pathOf, queryOf } from "./wire.ts";

/** A device that does one thing wrong, as a server sees it, and the row that has to notice. */
export interface Mutant {
  readonly name: string;
  readonly row: string;
  /** What the row says when it fails: that it noticed this very fault. */
  readonly because: RegExp;
  /** Made anew for each run: some remember. */
  rewrite(): Rewrite;
}

export const mutants: readonly Mutant[] = [
  {
    name: "registers as 1.0",
    row: "1.1-int-101",
    because: /\+ +'lwm2m=1\.0',\n- +'lwm2m=1\.1'/,
    rewrite: () => inRequest("/rd", replaceQuery(/^lwm2m=.*/, "lwm2m=1.0")),
  },
  {
    name: "lists no objects",
    row: "1.1-int-101",
    because: /<\\\/3\\\/0>.*Input:\n\n'<\/1\/0>'/s,
    rewrite: () => inRequest("/rd", (m) => ({ ...m, payload: encodeUtf8("</1/0>") })),
  },
  {
    name: "sends no Update",
    row: "1.1-int-102",
    because: /no Update;/,
    rewrite: () => inRequest("/rd/*", swallow, Method.POST),
  },
  {
    name: "updates without the lifetime",
    row: "1.1-int-102",
    because: /\+ \[\]\n- \[\n- +'lt=20'/,
    rewrite: () => inRequest("/rd/*", replaceQuery(/^lt=/, undefined)),
  },
  {
    name: "does not de-register",
    row: "1.1-int-103",
    because: /no De-register;/,
    rewrite: () => inRequest("/rd/*", swallow, Method.DELETE),
  },
  {
    name: "says the lifetime in each Update",
    row: "1.1-int-104",
    because: /\+ +'lt=20'\n\+ \]\n- \[\]/,
    rewrite: () => inRequest("/rd/*", addQuery("lt=20")),
  },
  {
    name: "answers 4.04 for 4.01",
    row: "1.1-int-221",
    because: /is answered NOT_FOUND\(404\)/,
    rewrite: () => otherCode(Code.Unauthorized, Code.NotFound),
  },
  {
    name: "answers 2.04 for 4.05",
    row: "1.1-int-256",
    because: /is answered CHANGED\(204\)/,
    rewrite: () => otherCode(Code.MethodNotAllowed, Code.Changed),
  },
  {
    name: "answers 4.05 for 2.04",
    row: "1.1-int-241",
    because: /is answered METHOD_NOT_ALLOWED\(405\)/,
    rewrite: () => otherCode(Code.Changed, Code.MethodNotAllowed),
  },
  {
    name: "answers SenML CBOR for whatever was asked",
    row: "1.1-int-201",
    because: /Unable to decode response payload .*format=TEXT/,
    rewrite: () => otherFormat(112),
  },
  { name: "reads old values", row: "1.1-int-226", because: /\+ +'\/1\/0\/1': '86400'/, rewrite: staleReads },
  {
    name: "notifies old values",
    row: "1.1-int-301",
    because: /\+ +'\/3\/0\/7\/0': '3800'/,
    rewrite: staleNotifications,
  },
  {
    name: "ignores pmin",
    row: "1.1-int-301",
    because: /a notification of a change: after 0\.\d+ s/,
    rewrite: () => withoutAttribute("pmin"),
  },
  { name: "ignores pmax", row: "1.1-int-304", because: /no NOTIFICATION;/, rewrite: () => withoutAttribute("pmax") },
  {
    name: "ignores Reset",
    row: "1.1-int-302",
    because: /no Reset;/,
    rewrite: () => (message) => (message.type === MessageType.RST ? undefined : message),
  },
];

type Change = (message: CoapMessage) => ReturnType<Rewrite>;

/** Changes requests of the device to this path. */
function inRequest(path: string, change: Change, method: Method = Method.POST): Rewrite {
  const fits = isRequest(method, path);
  return (message, from) => (fits({ from, message }) ? change(message) : message);
}

/** The device believes that it was heard. */
function swallow({ messageId, token, code }: CoapMessage): ReturnType<Rewrite> {
  const answer = code === Method.DELETE ? Code.Deleted : Code.Changed;
  const reply = { type: MessageType.ACK, code: answer, messageId, token, options: [], payload: new Uint8Array() };
  return { reply };
}

function replaceQuery(pattern: RegExp, text: string | undefined): Change {
  return (message) => {
    const options = message.options.flatMap((option): CoapOption[] => {
      const isIt = option.number === OptionNumber.UriQuery && pattern.test(new TextDecoder().decode(option.value));
      if (!isIt) return [option];
      return text === undefined ? [] : [{ ...option, value: encodeUtf8(text) }];
    });
    return { ...message, options };
  };
}

function addQuery(text: string): Change {
  return (message) =>
    queryOf(message).includes(text)
      ? message
      : { ...message, options: [...message.options, { number: OptionNumber.UriQuery, value: encodeUtf8(text) }] };
}

function otherCode(right: number, wrong: number): Rewrite {
  return (message, from) => (from === "device" && message.code === right ? { ...message, code: wrong } : message);
}

function otherFormat(format: number): Rewrite {
  const value = Uint8Array.of(format);
  return (message, from) => {
    if (from !== "device" || message.code !== Code.Content) return message;
    const others = message.options.filter(({ number }) => number !== OptionNumber.ContentFormat);
    return { ...message, options: [...others, { number: OptionNumber.ContentFormat, value }] };
  };
}

/** What was read first at a path is read for ever. */
function staleReads(): Rewrite {
  const paths = new Map<string, string>();
  const first = new Map<string, CoapMessage>();
  return (message, from) => {
    const token = toHex(message.token);
    if (from === "server" && message.code === Method.GET) paths.set(token, pathOf(message));
    const path = paths.get(token);
    if (from === "server" || message.code !== Code.Content || path === undefined) return message;
    const kept = first.get(path) ?? message;
    first.set(path, kept);
    return { ...message, payload: kept.payload };
  };
}

/** Each notification says what the answer to Observe said. */
function staleNotifications(): Rewrite {
  const first = new Map<string, CoapMessage>();
  return (message, from) => {
    if (from === "server" || numberIn(message, OptionNumber.Observe) === undefined) return message;
    const token = toHex(message.token);
    const kept = first.get(token) ?? message;
    first.set(token, kept);
    return { ...message, payload: kept.payload };
  };
}

/** As if the device did not know what it was told. */
function withoutAttribute(name: string): Rewrite {
  const strip = replaceQuery(new RegExp(`^${name}=`), undefined);
  return (message, from) => (from === "server" && message.code === Method.PUT ? strip(message) : message);
}
