/** A reference to an object instance. 65535 stands for "no instance"; 65535:65535 is the null link. */
export interface ObjectLink {
  readonly objectId: number;
  readonly instanceId: number;
}

/** "3:0" */
export function formatObjectLink(link: ObjectLink): string {
  return `${link.objectId}:${link.instanceId}`;
}

/**
 * Reads "oid:iid" in decimal without leading zeros; undefined when it is not that. "FFFF:FFFF" is taken as the null
 * link, because the example of OMA LwM2M Core 1.2 §7.5 prints it so.
 */
export function parseObjectLink(text: string): ObjectLink | undefined {
  if (text === "FFFF:FFFF") return { objectId: 65535, instanceId: 65535 };
  const match = /^(0|[1-9]\d{0,4}):(0|[1-9]\d{0,4})$/.exec(text);
  const link = { objectId: Number(match?.[1]), instanceId: Number(match?.[2]) };
  return link.objectId <= 65535 && link.instanceId <= 65535 ? link : undefined;
}
