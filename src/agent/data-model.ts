import type { FileReader } from "../credentials/ports/file-reader.ts";
import type { LwM2mObject } from "../lwm2m/data-model/object.ts";
import type { LwM2mVersion } from "../lwm2m/model/lwm2m-version.ts";
import { ObjectRegistry } from "../lwm2m/model/object-registry.ts";
import { parseObjectXml } from "../lwm2m/model/object-xml.ts";
import { ConnectivityMonitoringObject } from "../lwm2m/objects/connectivity-monitoring-object.ts";
import { ConnectivityStatisticsObject } from "../lwm2m/objects/connectivity-statistics-object.ts";
import { DeviceObject } from "../lwm2m/objects/device-object.ts";
import { LocationObject } from "../lwm2m/objects/location-object.ts";
import { PlainObject } from "../lwm2m/objects/plain-object.ts";
import { PortfolioObject } from "../lwm2m/objects/portfolio-object.ts";
import type { ConnectivityPort } from "../lwm2m/ports/connectivity-port.ts";
import type { DevicePort } from "../lwm2m/ports/device-port.ts";
import type { LocationPort } from "../lwm2m/ports/location-port.ts";
import type { TrafficPort } from "../lwm2m/ports/traffic-port.ts";
import { decodeUtf8 } from "../util/bytes.ts";
import type { Timers } from "../util/time.ts";

/** Versions of the objects that came with an enabler release; the same in all of them where there is only one. */
const releases: Readonly<Record<LwM2mVersion, readonly string[]>> = {
  "1.0": ["0-1_0", "1-1_0", "2-1_0", "3-1_0", "4-1_0", "5-1_0"],
  "1.1": ["0-1_1", "1-1_1", "2-1_0", "3-1_1", "4-1_2", "5-1_0"],
  "1.2": ["0-1_2", "1-1_2", "2-1_1", "3-1_2", "4-1_3", "5-1_1"],
};
const common = ["6-1_0", "7-1_0", "9-1_0", "16-1_0", "19-1_0"];

/** Object definitions of the package's own `objects/` folder. Rejects with ObjectXmlError or the file system's error. */
export async function loadDefinitions(
  files: FileReader,
  folder: string,
  version: LwM2mVersion = "1.1",
): Promise<ObjectRegistry> {
  const names = [...releases[version], ...common].map((name) => `${name}.xml`);
  const texts = await Promise.all(names.map((name) => files.read(`${folder}/${name}`)));
  const definitions = texts.flatMap((text, i) => {
    const name = names[i] ?? "";
    return parseObjectXml(decodeUtf8(text, name), name);
  });
  return new ObjectRegistry(definitions);
}

/** What the objects show of the machine. */
export interface DevicePorts {
  readonly device: DevicePort;
  readonly connectivity?: ConnectivityPort;
  readonly traffic?: TrafficPort;
  readonly location?: LocationPort;
}

const BINARY_APP_DATA = 19;

/** What servers find on this device besides its accounts (objects 0 to 2). What has no port is not there. */
export function deviceObjects(ports: DevicePorts, definitions: ObjectRegistry, timers: Timers): LwM2mObject[] {
  const { device, connectivity, traffic, location } = ports;
  return [
    new DeviceObject(definitions.get(3), device, timers),
    ...(connectivity ? [new ConnectivityMonitoringObject(definitions.get(4), connectivity)] : []),
    ...(location ? [new LocationObject(definitions.get(6), location)] : []),
    ...(traffic ? [new ConnectivityStatisticsObject(definitions.get(7), traffic, timers)] : []),
    new PortfolioObject(definitions.get(16)),
    new PlainObject(definitions.get(BINARY_APP_DATA)),
  ];
}
