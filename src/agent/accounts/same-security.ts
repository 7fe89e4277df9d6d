import type { SecuritySettings } from "../../lwm2m/bootstrap/security-settings.ts";
import { toHex } from "../../util/bytes.ts";

/** Whether two Security instances make the same associations; under which id they stand is of no matter. */
export function sameSecurity(a: SecuritySettings, b: SecuritySettings): boolean {
  return securityText(a) === securityText(b);
}

/** Equal for two that make the same associations. Never to be shown: keys are in it. */
export function securityText({ instance: _, ...settings }: SecuritySettings): string {
  return JSON.stringify(
    Object.entries(settings).sort(([x], [y]) => (x < y ? -1 : 1)),
    (_key, value: unknown) => (value instanceof Uint8Array ? toHex(value) : value),
  );
}
