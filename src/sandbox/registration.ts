import type { CoapAssociation } from "../association/coap-association.ts";

/** A device at the sandbox server. */
export interface Registration {
  readonly endpoint: string;
  /** Path segments under which the device updates and ends it. */
  readonly location: readonly string[];
  /** Seconds. */
  readonly lifetime: number;
  readonly version: string;
  /** The link-format list of objects and instances, as sent. */
  readonly links: string;
  /** The way to the device. */
  readonly association: CoapAssociation;
}
