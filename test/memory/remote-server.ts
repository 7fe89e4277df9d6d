import type { DatagramTransport } from "../../src/coap/datagram-transport.ts";
import { CoapEndpoint, type CoapEndpointOptions } from "../../src/coap/endpoint.ts";
import type { CoapRequest, CoapResponse } from "../../src/coap/exchange.ts";
import { Code, Method } from "../../src/coap/message.ts";

/** The server's side: answers Register and Update, asks for what a test wants, counts notifications. */
export class RemoteServer {
  readonly #endpoint: CoapEndpoint;
  notifications = 0;
  updates = 0;
  readonly #onRegistered: () => void;

  constructor(
    transport: DatagramTransport,
    ports: Omit<CoapEndpointOptions, "transport" | "handle">,
    onRegistered: () => void,
  ) {
    this.#onRegistered = onRegistered;
    this.#endpoint = new CoapEndpoint({ ...ports, transport, handle: (request) => this.#answer(request) });
  }

  /** Rejects when the device answers with an error. */
  async ask(request: CoapRequest): Promise<CoapResponse> {
    const response = await this.#endpoint.send(request);
    if (response.code >= Code.BadRequest) throw new Error(`the device answers ${response.code}`);
    return response;
  }

  async observe(request: CoapRequest): Promise<void> {
    const observer = { notification: () => void this.notifications++ };
    const { observing, response } = await this.#endpoint.observe(request, observer);
    if (!observing) throw new Error(`the device does not let /${request.path.join("/")} be observed: ${response.code}`);
  }

  #answer({ method, path }: CoapRequest): CoapResponse {
    if (method === Method.DELETE) return { code: Code.Deleted };
    if (path[0] === "dp") return { code: Code.Changed };
    if (path.length > 1) {
      this.updates++;
      return { code: Code.Changed };
    }
    this.#onRegistered();
    return { code: Code.Created, locationPath: ["rd", "1"] };
  }
}

export function request(method: Method, path: string, fields: Partial<CoapRequest> = {}): CoapRequest {
  const segments = path.split("/").filter((segment) => segment !== "");
  return { method, path: segments, query: [], options: [], payload: new Uint8Array(0), ...fields };
}
