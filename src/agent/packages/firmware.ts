import type { LwM2mObject } from "../../lwm2m/data-model/object.ts";
import { FirmwareUpdate } from "../../lwm2m/firmware-update/firmware-update.ts";
import { updateRecordCodec } from "../../lwm2m/firmware-update/update-record.ts";
import type { ObjectRegistry } from "../../lwm2m/model/object-registry.ts";
import { FirmwareUpdateObject } from "../../lwm2m/objects/firmware-update-object.ts";
import type { Installation } from "../../lwm2m/package-delivery/installation.ts";
import {
  type DeliveryPorts,
  defaultDeliveryPolicy,
  PackageDelivery,
} from "../../lwm2m/package-delivery/package-delivery.ts";
import { installByCommand, succeedsByCommand, verifyByCommand } from "../../platform/package-commands.ts";
import type { RecordStore } from "../../util/record-store.ts";
import { StoredRecord } from "../../util/stored-record.ts";
import type { WallClock } from "../../util/time.ts";
import type { Service } from "../agent.ts";
import type { AgentEvent } from "../agent-event.ts";
import type { AgentConfig } from "../config/config-schema.ts";

/** What firmware and software need of the machine. */
export interface PackagePorts extends Omit<DeliveryPorts, "verify"> {
  readonly store: RecordStore;
  readonly definitions: ObjectRegistry;
}

/** An object with the work behind it. */
export interface ObjectAtWork {
  readonly object: LwM2mObject;
  readonly service: Service;
}

export interface FirmwarePorts extends PackagePorts {
  readonly wallClock: WallClock;
  /** Of the firmware that runs now. */
  version(): string | undefined;
  emit(event: AgentEvent): void;
}

type FirmwareConfig = NonNullable<AgentConfig["firmware"]>;

/**
 * The Firmware Update object and the update behind it, which goes on where the last run of the agent left it. Rejects
 * when the state cannot be read.
 */
export async function openFirmware(
  firmware: FirmwareConfig,
  { maxBytes, attempts }: AgentConfig["packages"],
  ports: FirmwarePorts,
): Promise<ObjectAtWork> {
  const { verify, sha256 } = firmware;
  const deliveryPorts: DeliveryPorts = {
    ...ports,
    ...(verify !== undefined && { verify: (path, signal) => verifyByCommand(verify, path, signal) }),
  };
  const policy = { ...defaultDeliveryPolicy, maxBytes, maxAttempts: attempts, ...(sha256 && { sha256 }) };
  const update = await FirmwareUpdate.open({
    ...ports,
    delivery: new PackageDelivery("firmware", deliveryPorts, policy),
    record: new StoredRecord(ports.store, "firmware", updateRecordCodec),
    installation: installationBy(firmware, ports),
    onEvent: (event) => ports.emit(event),
  });
  return { object: new FirmwareUpdateObject(ports.definitions.get(5), update), service: update };
}

function installationBy({ install, confirm }: FirmwareConfig, ports: FirmwarePorts): Installation {
  return {
    install: (image, progress) => installByCommand(install, image, progress),
    confirm: async (image) => (confirm === undefined ? undefined : succeedsByCommand(confirm, image, "confirm")),
    version: () => ports.version(),
  };
}
