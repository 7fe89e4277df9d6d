// A set point (/3308) that follows the hour: `npx tsc`, then `objects: { modules: [thermostat.js] }` in the configuration.
import { defineObject } from "lwm2m-safe";
import { setPoint } from "./set-point.ts";

export default defineObject(setPoint, (object) => {
  let degrees = 20;
  setInterval(() => {
    const now = new Date().getHours() < 6 ? 17 : 20;
    if (now === degrees) return;
    degrees = now;
    object.changed(0, "setPointValue");
  }, 60_000).unref();
  return {
    0: {
      setPointValue: {
        read: () => degrees,
        announced: true,
        write: (value) => {
          degrees = value;
        },
      },
      applicationType: { read: () => "living room", write: () => {} },
    },
  };
});
