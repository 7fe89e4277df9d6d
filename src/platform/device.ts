import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { freemem, release, totalmem } from "node:os";
import type { DevicePort } from "../lwm2m/ports/device-port.ts";
import type { Logger } from "../util/log.ts";

/** What the configuration says of the device; the rest is read from the machine. */
export interface DeviceSettings {
  readonly manufacturer?: string | undefined;
  readonly modelNumber?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly deviceType?: string | undefined;
  readonly hardwareVersion?: string | undefined;
  readonly firmwareVersion?: string | undefined;
  /** A file that holds it, read whenever it is asked for: an update may change it while we run. */
  readonly firmwareVersionFile?: string | undefined;
  readonly softwareVersion?: string | undefined;
  /** Run by /bin/sh when a server executes Reboot. */
  readonly rebootCommand?: string | undefined;
}

export interface MachineDevice extends DevicePort {
  /** To be called when a resource of the Device object may have changed. */
  announce(resource: number): void;
}

/** The Device object's view of this machine: configured values first, then what its firmware tables say. */
export function machineDevice(settings: DeviceSettings, logger: Logger): MachineDevice {
  const { rebootCommand } = settings;
  const listeners = new Set<(resource: number) => void>();
  return {
    ...present({
      manufacturer: settings.manufacturer ?? firmwareTable("sys_vendor"),
      modelNumber: settings.modelNumber ?? firmwareTable("product_name") ?? deviceTree("model"),
      serialNumber: settings.serialNumber ?? firmwareTable("product_serial") ?? deviceTree("serial-number"),
      deviceType: settings.deviceType,
      hardwareVersion: settings.hardwareVersion ?? firmwareTable("product_version"),
      softwareVersion: settings.softwareVersion,
    }),
    get firmwareVersion() {
      const { firmwareVersionFile: file, firmwareVersion } = settings;
      return (file === undefined ? undefined : fileText(file)) ?? firmwareVersion ?? release();
    },
    announce: (resource) => {
      for (const listener of [...listeners]) listener(resource);
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    memoryFree: () => Math.floor((availableMemory() ?? freemem()) / 1000),
    memoryTotal: () => Math.floor(totalmem() / 1000),
    errorCodes: () => [],
    currentTime: () => Math.floor(Date.now() / 1000),
    utcOffset: () => offsetText(-new Date().getTimezoneOffset()),
    timezone: () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...(rebootCommand !== undefined && { reboot: () => runHook(rebootCommand, logger) }),
  };
}

/** "+05:30" for 330 minutes east of UTC. */
export function offsetText(minutesEast: number): string {
  const minutes = Math.abs(minutesEast);
  const part = (value: number): string => String(Math.floor(value)).padStart(2, "0");
  return `${minutesEast < 0 ? "-" : "+"}${part(minutes / 60)}:${part(minutes % 60)}`;
}

/** MemAvailable counts caches that can be given back; MemFree alone looks like a machine in need. */
function availableMemory(): number | undefined {
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(fileText("/proc/meminfo") ?? "")?.[1];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

function firmwareTable(name: string): string | undefined {
  return fileText(`/sys/class/dmi/id/${name}`);
}

function deviceTree(name: string): string | undefined {
  return fileText(`/proc/device-tree/${name}`);
}

/** Undefined when it is missing, unreadable (the serial number is root's) or empty. */
function fileText(path: string): string | undefined {
  try {
    // Device-tree strings end with a NUL.
    return readFileSync(path, "utf8").replaceAll("\0", "").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** In a session of its own: the command may well stop this agent. */
function runHook(command: string, logger: Logger): void {
  logger.info("reboot asked for by a server", { command });
  const child = spawn("/bin/sh", ["-c", command], { detached: true, stdio: "ignore" });
  child.on("error", (error) => logger.error("the reboot hook did not start", { reason: error.message }));
  child.unref();
}

/** Leaves out what is not there. */
function present<T extends Record<string, string | undefined>>(values: T): { [K in keyof T]?: string } {
  const entries = Object.entries(values).filter((entry): entry is [keyof T & string, string] => entry[1] !== undefined);
  const kept: { [K in keyof T]?: string } = {};
  for (const [key, value] of entries) kept[key] = value;
  return kept;
}
