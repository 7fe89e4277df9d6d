import type { LwM2mVersion } from "../model/lwm2m-version.ts";
import type { AccessControl } from "./access-control.ts";
import type { AttributeStore } from "./attribute-store.ts";

/** Who asks: each operation is carried out for one server. */
export interface ServerContext {
  readonly shortServerId: number;
  /** Of the registration; decides default formats and what Discover shows. */
  readonly version: LwM2mVersion;
  readonly access: AccessControl;
  readonly attributes: AttributeStore;
}
