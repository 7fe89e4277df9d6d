import { CardFiguresCounter } from "../../src/agent/cards/card-figures.ts";
import type {
  AgentControl,
  AgentStatus,
  LocalResources,
  LocalText,
  LocalValue,
} from "../../src/agent/control/agent-control.ts";
import type { AttemptMode } from "../../src/est/enrolment/enrolment-record.ts";
import { CodedError } from "../../src/util/coded-error.ts";

/** An agent that notes what it is asked for. */
export class FakeAgentControl implements AgentControl {
  readonly asked: string[] = [];
  readonly values = new Map<string, string>([["/3303/0/5700", "21.5"]]);
  /** What the next request waits for. */
  gate: Promise<void> = Promise.resolve();

  status(): AgentStatus {
    const lastError = new CodedError("COAP_TIMEOUT", "no answer");
    const server = { shortServerId: 1, state: "registered", reason: "the server took it", since: 1000 } as const;
    return {
      endpoint: "device-1",
      now: 61_000,
      online: true,
      servers: [{ ...server, uri: "coap://h", enabled: true, observations: [], nextUpdateAt: 90_000, lastError }],
      bootstrap: { state: "unconfigured", reason: "not configured", since: 0 },
      card: new CardFiguresCounter().figures,
    };
  }

  onEvent(): () => void {
    return () => {};
  }

  update = (server: number) => this.#note(`update ${server}`);
  reconnect = (server?: number) => this.#note(`reconnect ${server}`);
  disable = (server: number) => this.#note(`disable ${server}`);
  enable = (server: number) => this.#note(`enable ${server}`);
  offline = () => this.#note("offline");
  online = () => this.#note("online");
  bootstrap = () => this.#note("bootstrap");
  renewCertificate = (mode?: string) => this.#note(`renew ${mode}`);
  send = (paths: readonly string[], server?: number) => this.#note(`send ${paths.join("+")} ${server}`);
  write = (path: string, value: LocalText | LocalResources) => this.#note(`write ${path} ${JSON.stringify(value)}`);
  delete = (path: string) => this.#note(`delete ${path}`);
  execute = (path: string, args?: string) => this.#note(`execute ${path} ${args}`);

  async read(path: string): Promise<readonly LocalValue[]> {
    await this.gate;
    const value = this.values.get(path);
    if (value === undefined) throw new CodedError("COAP_4.04", `no resource ${path}`);
    return [{ path, type: "float", value }];
  }

  async previewRenewal(mode: AttemptMode = "new-key") {
    await this.#note(`preview ${mode}`);
    return { slot: 1, mode, identity: "operational", operation: "reenrol" } as const;
  }

  async create(path: string, resources?: LocalResources): Promise<string> {
    await this.#note(`create ${path} ${JSON.stringify(resources)}`);
    return `${path}/7`;
  }

  async attributes(server: number) {
    await this.#note(`attributes ${server}`);
    return [{ path: "/3/0", attributes: { pmin: 5 } }];
  }

  async observations(server: number) {
    await this.#note(`observations ${server}`);
    return [{ path: "/3/0/9", nextAt: 70_000, stored: 0 }];
  }

  async #note(text: string): Promise<void> {
    this.asked.push(text);
    await this.gate;
    if (text.startsWith("update 9")) throw new CodedError("NO_SUCH_SERVER", "no server 9; there are: 1");
  }
}
