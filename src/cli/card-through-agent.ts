import type { CardAccess } from "../agent/control/card-access.ts";
import { toHex } from "../util/bytes.ts";
import { CodedError } from "../util/coded-error.ts";
import type { ControlClient } from "./control-client.ts";

/** The card of a running agent. An empty URI is the agent's own. */
export function cardThroughAgent(client: ControlClient): CardAccess {
  const ask = async (...words: string[]): Promise<Fields> => new Fields(await client.ask(words.join(" ").trim()));
  return {
    async info(uri) {
      const facts = await ask("card-info", uri);
      return {
        ...facts.all,
        aid: facts.text("aid"),
        application: facts.part("application").all,
        objects: facts.objects(),
      };
    },
    async random(uri, length) {
      return (await ask("card-random", String(length), uri)).text("random");
    },
    async sign(uri, message) {
      const signed = await ask("card-sign", toHex(message), uri);
      return {
        scheme: signed.text("scheme"),
        signature: signed.text("signature"),
        publicKey: signed.text("publicKey"),
      };
    },
  };
}

/** An answer of the agent, which may be of another version: members are looked at before use. */
class Fields {
  readonly all: Readonly<Record<string, unknown>>;

  constructor(of: unknown) {
    this.all = typeof of === "object" && of !== null ? { ...of } : {};
  }

  text(name: string): string {
    const value = this.all[name];
    if (typeof value === "string") return value;
    throw new CodedError("UNEXPECTED", `the agent's answer has no ${name}; is it of another version?`);
  }

  part(name: string): Fields {
    return new Fields(this.all[name]);
  }

  objects(): Awaited<ReturnType<CardAccess["info"]>>["objects"] {
    const given = this.all.objects;
    return Array.isArray(given) ? given : [];
  }
}
