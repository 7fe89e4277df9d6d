/** Rights of OMA LwM2M Core 1.2 §8.2; Observe and Write-Attributes go with "read". */
export type AccessRight = "read" | "write" | "execute" | "create" | "delete";

/** Decides what a server may do with an instance. For "create" the instance is absent. */
export interface AccessControl {
  allows(shortServerId: number, right: AccessRight, objectId: number, instanceId: number | undefined): boolean;
  /** A server created an instance. */
  created?(shortServerId: number, objectId: number, instanceId: number): void;
}

/** OMA LwM2M Core 1.2 §8.1: a device with one server account gives it every right. */
export const fullAccess: AccessControl = { allows: () => true };
