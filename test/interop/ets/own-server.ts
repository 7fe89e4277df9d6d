import type { CoapAssociation } from "../../../src/association/coap-association.ts";
import type { CoapRequest, CoapResponse } from "../../../src/coap/exchange.ts";
import { Code, codeText, Method } from "../../../src/coap/message.ts";
import { CoapServer } from "../../../src/sandbox/coap-server.ts";
import { encodeUtf8 } from "../../../src/util/bytes.ts";
import type { Cleanup } from "../../support/foreign/cleanup.ts";
import { EventLog } from "../../support/foreign/event-log.ts";

/** What a device sent, with the way back to it. */
export interface Received {
  readonly request: CoapRequest;
  readonly association: CoapAssociation;
}

export interface Asked {
  readonly method: Method;
  readonly path: string;
  readonly query?: readonly string[];
  readonly accept?: number;
  readonly contentFormat?: number;
  readonly payload?: Uint8Array | string;
}

/** Our own server, for what Leshan does not do: takes registrations of every version, and asks what it is told to. */
export class OwnServer {
  readonly received = new EventLog<Received>();
  readonly #server: CoapServer;

  private constructor(server: CoapServer) {
    this.#server = server;
  }

  /** `answer` goes before what the server says by itself: 2.01, 2.04, 2.02, and 4.04 outside of registration. */
  static async start(
    cleanup: Cleanup,
    answer: (request: CoapRequest, association: CoapAssociation) => CoapResponse | undefined = () => undefined,
  ): Promise<OwnServer> {
    const server: OwnServer = new OwnServer(
      await CoapServer.start({}, (request, association) => {
        server.received.push({ request, association });
        return answer(request, association) ?? usualAnswer(request);
      }),
    );
    cleanup.after(() => server.#server.close());
    return server;
  }

  get port(): number {
    return Number(new URL(this.#server.uri.replace("coap:", "http:")).port);
  }

  /** The next request of that method whose path begins with this segment. */
  async next(method: Method, root: string, seconds = 30): Promise<Received> {
    const fits = ({ request }: Received): boolean => request.method === method && request.path[0] === root;
    return this.received.waitFor(fits, `${method} /${root}`, seconds);
  }
}

/** Asks a device and gives the answer; throws when it is not of this code, like "2.05". */
export async function ask({ association }: Received, asked: Asked, code: string): Promise<CoapResponse> {
  const response = await association.send(requestOf(asked));
  if (codeText(response.code) !== code) throw new Error(`${asked.path}: ${codeText(response.code)}, not ${code}`);
  return response;
}

export function requestOf({ path, payload = "", query = [], ...others }: Asked): CoapRequest {
  const bytes = typeof payload === "string" ? encodeUtf8(payload) : payload;
  const segments = path.split("/").filter((segment) => segment !== "");
  return { options: [], query, ...others, path: segments, payload: bytes };
}

let registrations = 0;

function usualAnswer({ method, path }: CoapRequest): CoapResponse {
  if (path[0] !== "rd") return { code: Code.NotFound };
  if (method === Method.DELETE) return { code: Code.Deleted };
  if (path.length > 1) return { code: Code.Changed };
  registrations += 1;
  return { code: Code.Created, locationPath: ["rd", String(registrations)] };
}
