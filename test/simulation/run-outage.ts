import { type OutagePlan, outage } from "./outage.ts";

// The plan is JSON in the first argument, the outcome JSON on standard output.
const plan: OutagePlan = JSON.parse(process.argv[2] ?? "");
process.stdout.write(JSON.stringify(await outage(plan)));
