// Stands in for npm's pcsclite, with the faults that it was seen to have. What it does is in the file's query string:
// .../fake-pcsclite.mjs?readers=A,B&card=A&on=transmit:00b00000&do=crash
import { EventEmitter } from "node:events";
import { appendFileSync } from "node:fs";

const options = new URL(import.meta.url).searchParams;
const [when, command] = (options.get("on") ?? "").split(":");
const fault = options.get("do") ?? "";

const log = (line) => options.has("log") && appendFileSync(options.get("log"), `${line}\n`);
const failure = (text, code) => new Error(`${text} error: something (0x${code})`);
const hang = () => {};

/** What happens in place of the answer, or nothing. */
function faulty(moment, detail, done) {
  if (moment !== when || (command !== undefined && command !== detail)) return false;
  if (fault === "crash") process.kill(process.pid, "SIGSEGV");
  else if (fault === "abort") throw new Error("native addon lost its mind");
  else if (fault === "hang") hang();
  else if (fault === "deadlock") for (;;);
  else if (fault === "empty") setImmediate(done, undefined, Buffer.alloc(0));
  else setImmediate(done, failure(moment, fault));
  return true;
}

class Reader extends EventEmitter {
  SCARD_SHARE_SHARED = 2;
  SCARD_LEAVE_CARD = 0;
  connected = false;

  constructor(name) {
    super();
    this.name = name;
  }

  connect(settings, done) {
    log(`connect ${this.name} ${settings.share_mode}`);
    if (faulty("connect", this.name, done)) return;
    this.connected = true;
    setImmediate(done, null, 1);
  }

  transmit(bytes, longest, protocol, done) {
    const hex = bytes.toString("hex");
    log(`transmit ${hex} ${longest} ${protocol}`);
    if (faulty("transmit", hex, done)) return;
    setImmediate(done, null, Buffer.from("9000", "hex"));
  }

  disconnect(disposition, done) {
    log(`disconnect ${disposition}`);
    if (faulty("disconnect", this.name, done)) return;
    this.connected = false;
    setImmediate(done, null);
  }
}

export default function pcsclite() {
  log(`start ${process.pid}`);
  if (when === "start") throw failure("SCardEstablishContext", fault);
  const library = new EventEmitter();
  const names = (options.get("readers") ?? "").split(",").filter(Boolean);
  const full = (options.get("card") ?? "").split(",");
  setImmediate(() => {
    if (when === "monitor") library.emit("error", failure("monitor", fault));
    for (const name of names) {
      const reader = new Reader(name);
      library.emit("reader", reader);
      const state = full.includes(name) ? 0x20 : options.get("mute") === name ? 0x220 : 0x10;
      reader.emit("status", { state, atr: Buffer.from("3b9f", "hex") });
      if (when === "monitor") reader.emit("error", failure("reader", fault));
    }
  });
  return library;
}
