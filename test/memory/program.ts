// Run by the tests as a process of its own: does some work again and again and says how much memory is in use after
// each count, as a JSON line. Arguments: --work, --security, --leak, --counts (the first is the warm-up).
import { parseArgs } from "node:util";
import { type Leak, leakyListener } from "./leaks.ts";
import type { Security } from "./links.ts";
import { ManagedDevice } from "./managed-device.ts";
import { memoryInUse } from "./memory-in-use.ts";
import { notificationWork } from "./notification-work.ts";
import { transferWork } from "./transfer-work.ts";

const works = { notifications: notificationWork, transfers: transferWork };
const text = { type: "string" } as const;
const { values } = parseArgs({ options: { work: text, security: text, leak: text, counts: text } });

const onEvent = leakyListener(values.leak as Leak);
const device = await ManagedDevice.start({ security: values.security as Security, onEvent });
const work = await works[values.work as keyof typeof works](device);
let done = 0;
for (const count of (values.counts ?? "").split(",").map(Number)) {
  await work(count - done);
  done = count;
  console.log(JSON.stringify({ count, ...memoryInUse() }));
}
