import { SoftwareManagementObject } from "../../lwm2m/objects/software-management-object.ts";
import type { Image } from "../../lwm2m/package-delivery/installation.ts";
import { type DeliveryPorts, defaultDeliveryPolicy } from "../../lwm2m/package-delivery/package-delivery.ts";
import type { SoftwareCommands } from "../../lwm2m/software-management/software-commands.ts";
import { SoftwareComponents } from "../../lwm2m/software-management/software-components.ts";
import { installByCommand, succeedsByCommand, verifyByCommand } from "../../platform/package-commands.ts";
import type { AgentConfig } from "../config/config-schema.ts";
import type { ObjectAtWork, PackagePorts } from "./firmware.ts";

type SoftwareConfig = NonNullable<AgentConfig["software"]>;

/** The Software Management object, with the components that servers made before. Rejects when the state cannot be read. */
export async function openSoftware(
  software: SoftwareConfig,
  { maxBytes, attempts }: AgentConfig["packages"],
  ports: PackagePorts,
): Promise<ObjectAtWork> {
  const { verify } = software;
  const deliveryPorts: DeliveryPorts = {
    ...ports,
    ...(verify !== undefined && { verify: (path, signal) => verifyByCommand(verify, path, signal) }),
  };
  const policy = { ...defaultDeliveryPolicy, maxBytes, maxAttempts: attempts };
  const commands = commandsOf(software);
  const components = await SoftwareComponents.open({ ...deliveryPorts, store: ports.store, commands }, policy);
  return { object: new SoftwareManagementObject(ports.definitions.get(9), components), service: components };
}

function commandsOf({ install, uninstall, activate, deactivate }: SoftwareConfig): SoftwareCommands {
  const step = (name: string, commandLine: string) => (image: Image) => succeedsByCommand(commandLine, image, name);
  return {
    // It may take its time, as no other step may.
    install: async (image) => (await installByCommand(install, image, () => {})) === "installed",
    uninstall: step("uninstall", uninstall),
    ...(activate !== undefined && { activate: step("activate", activate) }),
    ...(deactivate !== undefined && { deactivate: step("deactivate", deactivate) }),
  };
}
