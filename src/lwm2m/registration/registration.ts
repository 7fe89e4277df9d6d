import type { CoapRequest, CoapResponse } from "../../coap/exchange.ts";
import { Code } from "../../coap/message.ts";
import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import { RegistrationError } from "./registration-error.ts";
import {
  deregisterRequest,
  type RegisterParameters,
  registerRequest,
  type UpdateParameters,
  updateRequest,
} from "./registration-request.ts";

/** Sends a request to the server over whatever association is there. */
export type SendRequest = (request: CoapRequest) => Promise<CoapResponse>;

/** The way to a server that we are registered with. */
export interface RegisteredChannel {
  readonly version: LwM2mVersion;
  readonly send: SendRequest;
}

/** What a server has to be told when it changes. */
type Stated = Pick<RegisterParameters, "lifetime" | "binding" | "links">;

/** A registration in plain values: for a run after this one. */
export interface KnownRegistration extends Stated {
  readonly location: readonly string[];
  readonly version: LwM2mVersion;
}

/** What the server knows of us; parameters as last accepted. */
export class Registration {
  /** Segments as the server gave them: one may hold a slash. */
  readonly location: readonly string[];
  readonly version: LwM2mVersion;
  #accepted: Stated;

  private constructor(location: readonly string[], version: LwM2mVersion, accepted: Stated) {
    this.location = location;
    this.version = version;
    this.#accepted = accepted;
  }

  /** Of an earlier run. */
  static restored({ location, version, ...accepted }: KnownRegistration): Registration {
    return new Registration(location, version, accepted);
  }

  /** Throws RegistrationError when the server refuses, and whatever `send` throws. */
  static async register(parameters: RegisterParameters, send: SendRequest): Promise<Registration> {
    const response = await send(registerRequest(parameters));
    if (response.code !== Code.Created) throw refused("Register", response);
    const { locationPath = [] } = response;
    if (locationPath.length === 0) throw new RegistrationError("Register", response.code, " without a Location-Path");
    return new Registration(locationPath, parameters.version, parameters);
  }

  /** For `restored`. */
  get known(): KnownRegistration {
    const { lifetime, binding, links } = this.#accepted;
    return { location: this.location, version: this.version, lifetime, binding, links };
  }

  /** Seconds, as the server has it. */
  get lifetime(): number {
    return this.#accepted.lifetime;
  }

  /** Tells the server what differs from what it accepted last; nothing but a sign of life when nothing does. */
  async update(now: Stated, send: SendRequest): Promise<UpdateParameters> {
    const changes = this.#changes(now);
    const response = await send(updateRequest(this.location, this.version, changes));
    if (response.code !== Code.Changed) throw refused("Update", response);
    this.#accepted = now;
    return changes;
  }

  /** An unknown registration is as good as none: 4.04 is success here. */
  async deregister(send: SendRequest): Promise<void> {
    const response = await send(deregisterRequest(this.location));
    if (response.code !== Code.Deleted && response.code !== Code.NotFound) throw refused("De-register", response);
  }

  #changes({ lifetime, binding, links }: Stated): UpdateParameters {
    return {
      ...(lifetime !== this.#accepted.lifetime && { lifetime }),
      ...(binding !== this.#accepted.binding && { binding }),
      ...(links !== this.#accepted.links && { links }),
    };
  }
}

/** A diagnostic payload (RFC 7252 §5.5.2) is for people: shown when it is short text. */
function refused(operation: string, { code, payload, contentFormat }: CoapResponse): RegistrationError {
  const text =
    contentFormat === undefined || contentFormat === 0 ? new TextDecoder().decode(payload?.subarray(0, 120)) : "";
  const readable = text.replace(/[^\x20-\x7e]/g, "?");
  return new RegistrationError(operation, code, readable === "" ? "" : `: "${readable}"`);
}
