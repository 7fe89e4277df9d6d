import type { ResourceValue } from "../data-model/object.ts";
import { isMultiple } from "../data-model/object.ts";
import type { ServerSettings } from "./server-instance.ts";
import { type ServerObject, setSetting, settingsById } from "./server-object.ts";

type Content = ReadonlyMap<number, ResourceValue>;

const SHORT_SERVER_ID = 0;

/** The settings in a stored instance. Throws OperationError 4.00 for a value of a wrong type. */
export function readServerSettings(content: Content): ServerSettings {
  const settings: { -readonly [K in keyof ServerSettings]: ServerSettings[K] } = {
    shortServerId: shortServerIdOf(content),
    lifetime: 0,
    notificationStoring: true,
    binding: "U",
  };
  for (const [id, value] of content)
    if (id !== SHORT_SERVER_ID && settingsById.has(id)) setSetting(settings, id, value);
  return settings;
}

/** A stored instance with what the live one holds now; what the live one does not have stays as it is stored. */
export function updatedServerContent(stored: Content, object: ServerObject, instance: number): Content {
  const reachable = object.resources();
  // What no server reaches, as /1/x/13 to 20 before LwM2M 1.2, only bootstrap changes.
  const others = [...stored].filter(([id]) => !settingsById.has(id) || !reachable.includes(id));
  const live = reachable.flatMap((id): [number, ResourceValue][] => {
    const value = object.read(instance, id);
    return value === undefined ? [] : [[id, value]];
  });
  return new Map([...others, ...live].sort(([a], [b]) => a - b));
}

function shortServerIdOf(content: Content): number {
  const value = content.get(SHORT_SERVER_ID);
  return value && !isMultiple(value) && value.type === "integer" ? Number(value.value) : 0;
}
