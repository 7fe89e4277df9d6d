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
  /** Of what the device has (LwM2M 1.2); a server that knows it needs no list of objects. */
  readonly profileId?: string;
  readonly uriPath?: readonly string[];
  readonly uriQuery?: readonly string[];
  readonly logger: Logger;
}

/** Says to one server what we are now; steps down to the version that the server speaks, and stays there. */
export class Registrar {
  readonly #options: RegistrarOptions;
  #version: LwM2mVersion;
  #profileId: string | undefined;

  constructor(options: RegistrarOptions) {
    this.#options = options;
    this.#version = options.version ?? "1.1";
    this.#profileId = options.profileId;
  }

  /** What the next Register says. */
  get version(): LwM2mVersion {
    return this.#version;
  }

  /** Throws RegistrationError when the server refuses every version, and whatever `send` throws. */
  async register(send: SendRequest): Promise<Registration> {
    const { endpointName, uriPath = [], uriQuery = [] } = this.#options;
    const profileId = this.#version === "1.2" && this.#profileId !== undefined && { profileId: this.#profileId };
    try {
      const parameters = { endpointName, version: this.#version, uriPath, uriQuery, ...profileId, ...this.#now() };
      return await Registration.register(parameters, send);
    } catch (error) {
      if (!(error instanceof RegistrationError) || !this.#stepsDown(error.responseCode)) throw error;
      return this.register(send);
    }
  }

  /** False: there is nothing simpler to try. */
  #stepsDown(responseCode: number): boolean {
    const { logger } = this.#options;
    if (responseCode === Code.Conflict && this.#version === "1.2" && this.#profileId !== undefined) {
      logger.info("the server does not know this profile", { profileId: this.#profileId });
      this.#profileId = undefined;
      return true;
    }
    const older = olderVersion(this.#version);
    if (responseCode !== Code.PreconditionFailed || !older) return false;
    logger.info("the server does not speak this version", { version: this.#version, next: older });
    this.#version = older;
    return true;
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
