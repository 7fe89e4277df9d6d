// A process that connects to a card with the PC/SC library given as its argument and keeps it until it is killed.
import { PcscConnector } from "../../src/platform/pcsc/pcsc-connector.ts";
import { nodeTimers } from "../../src/platform/timers.ts";

await new PcscConnector({ timers: nodeTimers, module: process.argv[2] ?? "" }).connect();
setInterval(() => {}, 60_000);
