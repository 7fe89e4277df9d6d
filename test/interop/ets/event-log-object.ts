import { integerValue, opaqueValue } from "../../../src/formats/values.ts";
import type { ObjectDefinition } from "../../../src/lwm2m/model/object-definition.ts";
import { TableObject } from "../../../src/lwm2m/objects/table-object.ts";

/** The Event Log object (/20) as far as the rows ask: starts, stops, and has two bytes of log. */
export class EventLogObject extends TableObject {
  constructor(definition: ObjectDefinition) {
    super(definition);
    let running = 0;
    const run = (state: number) => () => {
      running = state;
      this.announce({ instance: 0, resource: 4013 });
    };
    this.setInstance(
      0,
      new Map([
        [4010, { read: () => integerValue(0) }],
        [4011, { execute: run(1) }],
        [4012, { execute: run(0) }],
        [4013, { read: () => integerValue(running) }],
        [4014, { read: () => opaqueValue(Uint8Array.of(1, 2)) }],
      ]),
    );
  }
}
