import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { ConnectivityPort } from "../lwm2m/ports/connectivity-port.ts";
import type { TrafficCounts, TrafficPort } from "../lwm2m/ports/traffic-port.ts";

/** Numbers of the bearer list of Connectivity Monitoring (/4/0/0). */
const Bearer = { lteFdd: 6, wlan: 21, bluetooth: 22, ieee802154: 23, ethernet: 41 } as const;

/** Where the kernel keeps what it knows; other roots are for tests. */
export interface KernelFolders {
  readonly proc: string;
  readonly sys: string;
}

const kernel: KernelFolders = { proc: "/proc", sys: "/sys" };

/** What the kernel says of the network: the interface of the default route, or the first with an address. */
export function machineConnectivity(folders: KernelFolders = kernel): ConnectivityPort {
  const current = () => defaultRoute(folders)?.name ?? addressedInterfaces()[0] ?? "lo";
  return {
    bearer: () => bearerOf(current(), folders),
    availableBearers: () => unique(addressedInterfaces().map((name) => bearerOf(name, folders))),
    signalStrength: () => wireless(current(), folders)?.level,
    linkQuality: () => wireless(current(), folders)?.quality,
    ipAddresses: () => addressesOf(current()),
    routerAddresses: () => [defaultRoute(folders)?.gateway].filter((address) => address !== undefined),
  };
}

/** Counts of all interfaces but the loopback one. */
export function machineTraffic(folders: KernelFolders = kernel): TrafficPort {
  return { counts: () => parseCounts(fileText(`${folders.proc}/net/dev`)) };
}

/** Reads /proc/net/dev. */
export function parseCounts(text: string): TrafficCounts {
  const rows = [...text.matchAll(/^\s*([^\s:]+):\s*(.*)$/gm)].filter(([, name]) => name !== "lo");
  const columns = rows.map(([, , numbers = ""]) => numbers.split(/\s+/).map(Number));
  const sum = (column: number): number => columns.reduce((total, row) => total + (row[column] ?? 0), 0);
  return { bytesReceived: sum(0), packetsReceived: sum(1), bytesSent: sum(8), packetsSent: sum(9) };
}

/** Reads /proc/net/route: the default route with the smallest metric. Addresses stand there as little-endian words. */
export function parseDefaultRoute(text: string): { readonly name: string; readonly gateway: string } | undefined {
  const rows = text.split("\n").map((line) => line.trim().split(/\s+/));
  const defaults = rows.filter(([, destination, , , , , , mask]) => destination === "00000000" && mask === "00000000");
  const [best] = defaults.sort((a, b) => Number(a[6]) - Number(b[6]));
  const [name, , gateway = ""] = best ?? [];
  const bytes = (gateway.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16));
  return name === undefined || bytes.length !== 4 ? undefined : { name, gateway: bytes.join(".") };
}

/** Reads one line of /proc/net/wireless: link quality and signal level in dBm. */
export function parseWireless(text: string, name: string): { quality: number; level: number } | undefined {
  const line = text.split("\n").find((row) => row.trim().startsWith(`${name}:`));
  const [, , quality = "", level = ""] = line?.trim().split(/\s+/) ?? [];
  const numbers = { quality: Number.parseFloat(quality), level: Number.parseFloat(level) };
  return Number.isFinite(numbers.quality) && Number.isFinite(numbers.level) ? numbers : undefined;
}

function defaultRoute({ proc }: KernelFolders) {
  return parseDefaultRoute(fileText(`${proc}/net/route`));
}

function wireless(name: string, { proc }: KernelFolders) {
  return parseWireless(fileText(`${proc}/net/wireless`), name);
}

/** The kernel does not tell which radio a modem uses: LTE is the likely one. */
function bearerOf(name: string, { sys }: KernelFolders): number {
  const isRadio = ["wireless", "phy80211"].some((mark) => existsSync(`${sys}/class/net/${name}/${mark}`));
  if (isRadio) return Bearer.wlan;
  if (/^(wwan|rmnet|ppp)/.test(name)) return Bearer.lteFdd;
  if (/^bnep/.test(name)) return Bearer.bluetooth;
  return /^(wpan|lowpan)/.test(name) ? Bearer.ieee802154 : Bearer.ethernet;
}

function addressedInterfaces(): string[] {
  const found = Object.entries(networkInterfaces());
  return found.flatMap(([name, addresses = []]) => (addresses.some(({ internal }) => !internal) ? [name] : []));
}

function addressesOf(name: string): string[] {
  return (networkInterfaces()[name] ?? []).map(({ address }) => address);
}

function unique(numbers: readonly number[]): number[] {
  return [...new Set(numbers)];
}

function fileText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
