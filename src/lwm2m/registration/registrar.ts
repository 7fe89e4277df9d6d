import { Code } from "../../coap/message.ts";
import type { Logger } from "../../util/log.ts";
import type { DataModel } from "../data-model/data-model.ts";
import { type LwM2mVersion, olderVersion } from "../model/lwm2m-version.ts";
import type { ServerInstance } from "../objects/server-instance.ts";
import { objectLinks } from "./object-links.ts";
import { Registration, type SendRequest } from "./registration.ts";
import { RegistrationError } from "./registration-error.ts";
import type { UpdateParameters } from "./registration-request.ts";

export interface RegistrarOptions {
  readonly endpointName: string;
  readonly server: ServerInstance;
  readonly dataModel: DataModel;
  readonly version?: LwM2mVersion;
  readonly uriPath?: readonly string[];
  readonly uriQuery?: readonly string[];
  readonly logger: Logger;
}

/** Says to one server what we are now; steps down to the version that the server speaks, and stays there. */
export class Registrar {
  readonly #options: RegistrarOptions;
  #version: LwM2mVersion;

  constructor(options: RegistrarOptions) {
    this.#options = options;
    this.#version = options.version ?? "1.1";
  }

  /** Throws RegistrationError when the server refuses every version, and whatever `send` throws. */
  async register(send: SendRequest): Promise<Registration> {
    const { endpointName, uriPath = [], uriQuery = [] } = this.#options;
    try {
      const parameters = { endpointName, version: this.#version, uriPath, uriQuery, ...this.#now() };
      return await Registration.register(parameters, send);
    } catch (error) {
      const older = olderVersion(this.#version);
      const isTooNew = error instanceof RegistrationError && error.responseCode === Code.PreconditionFailed;
      if (!isTooNew || !older) throw error;
      this.#options.logger.info("the server does not speak this version", { version: this.#version, next: older });
      this.#version = older;
      return this.register(send);
    }
  }

  /** Tells what changed since the server heard of us last. */
  update(registration: Registration, send: SendRequest): Promise<UpdateParameters> {
    return registration.update(this.#now(), send);
  }

  #now() {
    const { lifetime, binding } = this.#options.server.settings;
    return { lifetime, binding, links: objectLinks(this.#options.dataModel, this.#version) };
  }
}
