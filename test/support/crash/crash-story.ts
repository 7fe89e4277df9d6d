import assert from "node:assert/strict";
import type { CoapRequest, CoapResponse } from "../../../src/coap/exchange.ts";
import { Method } from "../../../src/coap/message.ts";
import { ContentFormat } from "../../../src/formats/content-format.ts";
import { DeviceOperations } from "../../../src/sandbox/device-operations.ts";
import { describeError } from "../../../src/util/coded-error.ts";
import type { CrashLife } from "./crash-life.ts";
import type { CrashWorld } from "./crash-world.ts";

/** Something in the life of a device after which some record is another. */
export type Episode = (world: CrashWorld, life: CrashLife) => Promise<void>;

/** In the order of a life. */
export const episodes: Readonly<Record<string, Episode>> = {
  registers: registered,
  "a server writes its lifetime": async (world, life) => {
    await demand(world, life, (device) => device.write("/1/1/1", String(301 + (world.count++ % 300))));
  },
  "a server writes attributes": async (world, life) => {
    await send(world, life, {
      method: Method.PUT,
      path: ["3", "0"],
      query: [`pmin=${1 + (world.count++ % 50)}`, "pmax=60"],
    });
  },
  "reads its certificate from the card": async (world, life) => {
    await world.until(life.process, life.readCard());
  },
  "takes new firmware": async (world, life) => {
    const payload = new Uint8Array(3000).fill(world.count++);
    const path = ["5", "0", "0"];
    await send(world, life, {
      method: Method.PUT,
      path,
      payload: Uint8Array.of(0),
      contentFormat: ContentFormat.opaque,
    });
    await send(world, life, { method: Method.PUT, path, payload, contentFormat: ContentFormat.opaque });
    await world.reach(life.process, "firmware downloaded", () => life.firmware.record.state !== "downloading");
    await demand(world, life, (device) => device.execute("/5/0/2"));
    // What could not be kept is not installed.
    await world.servers.advance(2000);
  },
  "takes software and drops it again": async (world, life) => {
    const opaque = { contentFormat: ContentFormat.opaque };
    await send(world, life, { method: Method.POST, path: ["9"], contentFormat: ContentFormat.tlv });
    const instance = String([...life.software.all.keys()].at(-1) ?? 0);
    await send(world, life, {
      method: Method.PUT,
      path: ["9", instance, "2"],
      payload: new Uint8Array(2000),
      ...opaque,
    });
    await send(world, life, { method: Method.POST, path: ["9", instance, "4"] });
    await send(world, life, { method: Method.DELETE, path: ["9", instance] });
  },
  "has a new key certified": async (world, life) => {
    await ordersKey(world, life);
    await confirmed(world, life);
  },
  "is bootstrapped again": async (world, life) => {
    const before = life.count("bootstrapped");
    await demand(world, life, (device) => device.execute("/1/1/9"));
    await world.reach(life.process, "bootstrapped", () => life.count("bootstrapped") > before);
    await registered(world, life);
  },
  "ends in peace": async (world, life) => {
    await world.until(life.process, life.agent.stop());
  },
};

/** Whoever asked has been told. */
function refused({ log }: CrashLife): (error: Error) => void {
  return (error) => log.warn("refused", { reason: describeError(error) });
}

/** Until the management server has the device and the certificate has proven its worth. */
export async function registered(world: CrashWorld, life: CrashLife): Promise<void> {
  await online(world, life);
  await confirmed(world, life);
}

/** Until the management server has the device. */
export async function online(world: CrashWorld, life: CrashLife): Promise<void> {
  const isRegistered = (): boolean => life.agent.status.servers.some(({ state }) => state === "registered");
  await world.reach(life.process, `registered, ${life.log.complaints.join("; ")}`, isRegistered);
}

/** Somebody orders a certificate for a new key. */
export async function ordersKey(world: CrashWorld, life: CrashLife): Promise<void> {
  await world.until(life.process, life.agent.control.renewCertificate("new-key").catch(refused(life)));
}

async function confirmed(world: CrashWorld, life: CrashLife): Promise<void> {
  const isConfirmed = (): boolean => life.agent.status.enrolment?.active?.confirmed === true;
  await world.reach(life.process, `confirmed, ${life.log.complaints.join("; ")}`, isConfirmed);
}

type Asked = Pick<CoapRequest, "method" | "path"> & Partial<CoapRequest>;

/** A request of the management server. */
async function send(world: CrashWorld, life: CrashLife, request: Asked) {
  const { registration } = world.servers;
  if (life.process.dead) return;
  assert.ok(registration, "nobody is registered");
  const full = { query: [], options: [], payload: new Uint8Array(), ...request };
  await world.until(
    life.process,
    registration.association.send(full).catch(() => undefined),
  );
}

async function demand(
  world: CrashWorld,
  life: CrashLife,
  ask: (device: DeviceOperations) => Promise<CoapResponse>,
): Promise<void> {
  const { registration } = world.servers;
  if (life.process.dead) return;
  assert.ok(registration, "nobody is registered");
  await world.until(
    life.process,
    ask(new DeviceOperations(registration)).catch(() => undefined),
  );
}
