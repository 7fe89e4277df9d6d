import type { Fix } from "../../lwm2m/ports/location-port.ts";

/**
 * Reads one JSON object of a position in gpsd's names (class TPV of gpsd_json(5)): lat, lon, altMSL or alt, eph or epx and
 * epy, track, speed, time. Undefined for anything else, and for a report without a position.
 */
export function positionReport(line: string, now: () => number): Fix | undefined {
  const report = fieldsOf(line);
  if (!report || (report.has("class") && report.get("class") !== "TPV")) return undefined;
  const number = (name: string): number | undefined => finite(report.get(name));
  const [latitude, longitude, mode = 2] = [number("lat"), number("lon"), number("mode")];
  if (mode < 2 || latitude === undefined || longitude === undefined) return undefined;
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
  const altitude = number("altMSL") ?? number("alt");
  const radius = number("eph") ?? larger(number("epx"), number("epy"));
  const [speed, track] = [number("speed"), number("track")];
  const time = Date.parse(String(report.get("time")));
  return {
    latitude,
    longitude,
    timestamp: Math.floor((Number.isNaN(time) ? now() : time) / 1000),
    ...(altitude !== undefined && { altitude }),
    ...(radius !== undefined && { radius }),
    ...(speed !== undefined && { speed }),
    ...(speed !== undefined && track !== undefined && { velocity: horizontalVelocity(track, speed) }),
  };
}

/** 3GPP TS 23.032 §8.6, §8.12: type 0, nine bits of bearing in degrees, kilometres an hour. */
export function horizontalVelocity(track: number, metresPerSecond: number): Uint8Array {
  const bearing = ((Math.round(track) % 360) + 360) % 360;
  const speed = Math.min(0xffff, Math.max(0, Math.round(metresPerSecond * 3.6)));
  return Uint8Array.of(bearing >> 8, bearing & 0xff, speed >> 8, speed & 0xff);
}

function fieldsOf(line: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const document: unknown = JSON.parse(line);
    return typeof document === "object" && document !== null ? new Map(Object.entries(document)) : undefined;
  } catch {
    return undefined;
  }
}

function finite(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function larger(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
