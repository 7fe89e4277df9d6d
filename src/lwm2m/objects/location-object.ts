import { floatValue, opaqueValue, timeValue, type Value } from "../../formats/values.ts";
import type { ObjectDefinition } from "../model/object-definition.ts";
import type { Fix, LocationPort } from "../ports/location-port.ts";
import { type ResourceBehaviour, TableObject } from "./table-object.ts";

const values: ReadonlyMap<number, (fix: Fix) => Value | undefined> = new Map([
  [0, ({ latitude }: Fix) => floatValue(latitude)],
  [1, ({ longitude }: Fix) => floatValue(longitude)],
  [2, ({ altitude }: Fix) => float(altitude)],
  [3, ({ radius }: Fix) => float(radius)],
  [4, ({ velocity }: Fix) => velocity && opaqueValue(velocity)],
  [5, ({ timestamp }: Fix) => timeValue(Math.trunc(timestamp))],
  [6, ({ speed }: Fix) => float(speed)],
]);

/** The Location object (/6): one instance; before the first position its resources have no value. */
export class LocationObject extends TableObject {
  constructor(definition: ObjectDefinition, port: LocationPort) {
    super(definition);
    const behaviour = (of: (fix: Fix) => Value | undefined): ResourceBehaviour => ({
      read: async () => {
        const fix = await port.fix();
        return fix && of(fix);
      },
      changesByItself: port.onChange === undefined,
    });
    this.setInstance(0, new Map([...values].map(([id, of]) => [id, behaviour(of)])));
    port.onChange?.(() => {
      for (const resource of values.keys()) this.announce({ instance: 0, resource });
    });
  }
}

function float(value: number | undefined): Value | undefined {
  return value === undefined ? undefined : floatValue(value);
}
