import type { ObserveResult } from "../coap/endpoint.ts";
import type { CoapRequest, CoapResponse } from "../coap/exchange.ts";
import { Method } from "../coap/message.ts";
import { encodeUtf8 } from "../util/bytes.ts";
import type { Registration } from "./registration.ts";

/** Content formats that the sandbox server asks for and sends (IANA CoAP Content-Formats). */
export const ContentFormat = { text: 0, link: 40, senmlJson: 110 } as const;

/** The device management and reporting operations that a server performs at a device; paths like "/3/0/0". */
export class DeviceOperations {
  readonly #registration: Registration;

  constructor(registration: Registration) {
    this.#registration = registration;
  }

  read(path: string, accept?: number): Promise<CoapResponse> {
    return this.#send(Method.GET, path, accept === undefined ? {} : { accept });
  }

  discover(path: string): Promise<CoapResponse> {
    return this.#send(Method.GET, path, { accept: ContentFormat.link });
  }

  /** Replaces one resource's value, as text. */
  write(path: string, value: string): Promise<CoapResponse> {
    return this.#send(Method.PUT, path, { contentFormat: ContentFormat.text, payload: encodeUtf8(value) });
  }

  execute(path: string, args = ""): Promise<CoapResponse> {
    return this.#send(Method.POST, path, args ? { contentFormat: ContentFormat.text, payload: encodeUtf8(args) } : {});
  }

  observe(path: string, notified: (response: CoapResponse) => void): Promise<ObserveResult> {
    const { endpoint } = this.#registration.association;
    return endpoint.observe(request(Method.GET, path, {}), { notification: notified });
  }

  #send(method: Method, path: string, more: Partial<CoapRequest>): Promise<CoapResponse> {
    return this.#registration.association.send(request(method, path, more));
  }
}

function request(method: Method, path: string, more: Partial<CoapRequest>): CoapRequest {
  const segments = path.split("/").filter((segment) => segment !== "");
  return { method, path: segments, query: [], options: [], payload: new Uint8Array(), ...more };
}
