import { FirmwareUpdate } from "../../../src/lwm2m/firmware-update/firmware-update.ts";
import { updateRecordCodec } from "../../../src/lwm2m/firmware-update/update-record.ts";
import { FirmwareUpdateObject } from "../../../src/lwm2m/objects/firmware-update-object.ts";
import { CoapSource } from "../../../src/lwm2m/package-delivery/coap-source.ts";
import { DeliveryError } from "../../../src/lwm2m/package-delivery/delivery-error.ts";
import type { InstallOutcome } from "../../../src/lwm2m/package-delivery/installation.ts";
import {
  type DeliveryPolicy,
  defaultDeliveryPolicy,
  PackageDelivery,
  type VerifyPackage,
} from "../../../src/lwm2m/package-delivery/package-delivery.ts";
import { MachineFolder } from "../../../src/platform/durable-folder.ts";
import { FolderRecords } from "../../../src/platform/folder-records.ts";
import { decodeUtf8, encodeUtf8 } from "../../../src/util/bytes.ts";
import { silentLogger } from "../../../src/util/log.ts";
import { StoredRecord } from "../../../src/util/stored-record.ts";
import { connectUdp } from "../../support/coap-udp.ts";
import type { Cleanup } from "../../support/foreign/cleanup.ts";
import { temporaryFolder } from "../../support/foreign/temporary-folder.ts";
import { MemorySpool } from "../../support/memory-spool.ts";
import { realPorts } from "../../support/sandbox.ts";
import type { DeviceValues } from "./device-values.ts";
import { definition } from "./objects.ts";

/** A package of these rows: what kind of firmware, which version, and bytes to fill it up. */
export function firmwareImage(kind: "image" | "damaged" | "foreign", version = "2.0", size = 3000): Uint8Array {
  const head = encodeUtf8(`${kind} ${version}\n`);
  const image = new Uint8Array(size).fill(0x2e);
  image.set(head);
  return image;
}

export interface FirmwareOptions {
  readonly policy?: Partial<DeliveryPolicy>;
  readonly outcome?: InstallOutcome;
  /** Bytes that the spool holds. */
  readonly capacity?: number;
  /** The look at a package runs out of memory. */
  readonly outOfMemory?: boolean;
}

/** Firmware Update on a device that can tell a good package from a bad one, and runs what it installed. */
export async function firmwareObject(cleanup: Cleanup, values: DeviceValues, options: FirmwareOptions = {}) {
  const { policy, outcome = "installed", capacity, outOfMemory = false } = options;
  const spool = new MemorySpool();
  if (capacity !== undefined) spool.capacity = capacity;
  const content = (): string =>
    decodeUtf8((spool.packages.get("firmware") ?? new Uint8Array()).subarray(0, 12), "head");
  const verify: VerifyPackage = async () => {
    const [kind, version = ""] = content().split(/\s/);
    if (outOfMemory) throw new DeliveryError("no-memory", "out of memory");
    if (kind === "damaged") throw new DeliveryError("integrity", "the checksum is wrong");
    if (kind !== "image") throw new DeliveryError("package-type", "not for this device");
    return { name: "firmware", version };
  };
  const ports = { ...realPorts, spool, sources: new Map([["coap", coapSource()]]), verify };
  const store = new FolderRecords(new MachineFolder(temporaryFolder(cleanup)), silentLogger);
  const update = await FirmwareUpdate.open(
    {
      ...ports,
      wallClock: { now: () => Date.now(), trusted: true },
      delivery: new PackageDelivery("firmware", ports, { ...defaultDeliveryPolicy, ...policy }),
      record: new StoredRecord(store, "firmware", updateRecordCodec),
      installation: {
        install: async ({ version }) => {
          if (outcome !== "installed") return outcome;
          values.firmwareVersion = version ?? values.firmwareVersion;
          values.restart();
          return outcome;
        },
        confirm: async () => undefined,
        version: () => values.firmwareVersion,
      },
    },
    { installDelayMs: 100, restartWithinMs: 1000 },
  );
  cleanup.after(() => update.stop());
  return new FirmwareUpdateObject(definition(5, "1.1"), update);
}

function coapSource(): CoapSource {
  return new CoapSource(async ({ port }) => {
    const parameters = { ackTimeoutMs: 200, maxRetransmit: 1 };
    const { endpoint, close } = await connectUdp(port, parameters);
    return {
      fetchBlock: (request, block, signal) => endpoint.fetchBlock(request, block, { signal }),
      close: async () => close(),
    };
  });
}
