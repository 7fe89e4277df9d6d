import { closeSync, openSync, readFileSync, readSync } from "node:fs";

const chunkLength = 4 * 1024 * 1024;
const pageLength = 4096;

/** A secret in every form in which it could lie about. Base64 has three alignments, of which the inner letters are sure. */
export function formsOf(secret: Uint8Array): readonly Buffer[] {
  const hex = Buffer.from(secret).toString("hex");
  const aligned = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), secret]).toString("base64");
    return text.slice(shift === 0 ? 0 : 4, 40);
  });
  const texts = [
    hex,
    hex.toUpperCase(),
    ...aligned,
    ...aligned.map((text) => text.replace(/\+/g, "-").replace(/\//g, "_")),
  ];
  return [Buffer.from(secret), ...[...new Set(texts)].map((text) => Buffer.from(text))];
}

/** Whether any form of the secret is in these bytes. */
export function holds(bytes: Buffer, secret: Uint8Array): boolean {
  return formsOf(secret).some((form) => bytes.includes(form));
}

/** Which of the secrets are in the memory of another process: every readable page, as a core dump would have it. Linux. */
export function secretsInMemory(pid: number, secrets: ReadonlyMap<string, Uint8Array>): ReadonlySet<string> {
  const found = new Set<string>();
  const forms = [...secrets].map(([name, secret]) => [name, formsOf(secret)] as const);
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    for (const [from, to] of readableRegions(pid)) {
      for (let at = from; at < to; ) {
        const wanted = Math.min(chunkLength, to - at);
        const chunk = read(memory, at, wanted);
        for (const [name, all] of forms) if (all.some((form) => chunk.includes(form))) found.add(name);
        // Behind a page that cannot be read there are others; whole chunks overlap, so that nothing hides on a border.
        if (chunk.length === 0) at += pageLength;
        else at += chunk.length === chunkLength ? chunkLength - 128 : chunk.length;
      }
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

function readableRegions(pid: number): readonly (readonly [number, number])[] {
  const lines = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n");
  return lines.flatMap((line) => {
    const [, from = "", to = ""] =
      /^([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+ *(?!.*\[v(?:var|syscall))/.exec(line) ?? [];
    return from === "" ? [] : [[Number.parseInt(from, 16), Number.parseInt(to, 16)] as const];
  });
}

/** Empty where a page cannot be read, such as a device's. */
function read(memory: number, at: number, length: number): Buffer {
  const chunk = Buffer.alloc(length);
  try {
    return chunk.subarray(0, readSync(memory, chunk, 0, length, at));
  } catch {
    return chunk.subarray(0, 0);
  }
}
