// A process that takes the lock given as its argument and keeps it until it is killed.
import { LockFile } from "../../src/platform/lock-file.ts";

await new LockFile(process.argv[2] ?? "").acquire();
process.send?.("held");
setInterval(() => {}, 60_000);
