// The process that holds the PC/SC library: whatever a driver does, crash or hang, it does it here. Started by
// PcscProcess with the library's module as its argument, and gone with its parent.
import { PcscCard, PcscCardError } from "./pcsc-card.ts";
import { pcscFailure } from "./pcsc-failure.ts";
import { PcscLibraryMissing, startLibrary } from "./pcsc-library.ts";
import type { PcscAnswer, PcscFailure, PcscRequest } from "./pcsc-protocol.ts";
import { ReaderList } from "./reader-list.ts";

/** For letting go of the card before leaving. */
const leavingMs = 1_000;

const card = startLibrary(process.argv[2] ?? "pcsclite").then((library) => new PcscCard(new ReaderList(library)));
card.catch(() => undefined);

let last: Promise<void> = Promise.resolve();

// The parent is this same program: what it sends needs no parser. One request after the other goes to the library.
process.on("message", (request: PcscRequest) => {
  last = last.then(() => answer(request));
});
process.on("disconnect", () => void leave());

async function answer(request: PcscRequest): Promise<void> {
  const { id } = request;
  try {
    send({ id, result: await (await card).answer(request) });
  } catch (error) {
    send({ id, failure: failureOf(error) });
  }
}

function failureOf(error: unknown): PcscFailure {
  if (error instanceof PcscCardError) return error.failure;
  if (error instanceof PcscLibraryMissing) return { code: "CARD_UNREACHABLE", message: error.message };
  return pcscFailure("PC/SC", error);
}

function send(answer: PcscAnswer): void {
  if (process.connected) process.send?.(answer);
}

/** An exit would wait for an APDU under way, with a dead card for ever; so would closing the library. */
async function leave(): Promise<void> {
  const kill = () => process.kill(process.pid, "SIGKILL");
  setTimeout(kill, leavingMs);
  await last.then(async () => (await card).disconnect()).catch(() => undefined);
  kill();
}
