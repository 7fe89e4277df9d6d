import assert from "node:assert/strict";
import { test } from "node:test";
import { machineCommands } from "../../src/platform/commands.ts";
import { encodeUtf8 } from "../../src/util/bytes.ts";
import { CodedError } from "../../src/util/coded-error.ts";

const run = (
  command: string[],
  more: { input?: Uint8Array; environment?: Record<string, string>; timeoutMs?: number } = {},
) => machineCommands.run({ command, environment: {}, timeoutMs: 20_000, ...more });

async function failure(started: Promise<unknown>): Promise<string> {
  try {
    await started;
  } catch (error) {
    assert.ok(error instanceof CodedError);
    return `${error.code} ${error.message}`;
  }
  return "no failure";
}

test("a program gets its arguments, variables and input as they are", async () => {
  const output = await run(["/bin/sh", "-c", 'printf "%s|%s|" "$1" "$VALUE"; cat', "sh", "$(id); `id`"], {
    environment: { VALUE: "a'b\"c\n$d" },
    input: encodeUtf8("in\n"),
  });
  assert.equal(new TextDecoder().decode(output), "$(id); `id`|a'b\"c\n$d|in\n");
});

test("a program that does not start, fails or says too much is an error in words", async () => {
  assert.equal(await failure(run(["/no/such/program"])), "COMMAND_FAILED command /no/such/program did not start");
  assert.equal(
    await failure(run(["/bin/sh", "-c", "echo no bus >&2; exit 3"])),
    "COMMAND_FAILED command /bin/sh ended with exit code 3: no bus",
  );
  assert.equal(
    await failure(run(["/bin/cat", "/dev/zero"])),
    "COMMAND_FAILED command /bin/cat wrote more than 1048576 bytes",
  );
});

test("a program that takes too long is ended, and what it started too", async () => {
  const started = run(["/bin/sh", "-c", "sleep 600 & sleep 600"], { timeoutMs: 50 });
  assert.equal(await failure(started), "COMMAND_TIMEOUT command /bin/sh did not end within 50 ms");
});

test("a program need not read its input", async () => {
  const output = await run(["/bin/echo", "done"], { input: new Uint8Array(1_000_000) });
  assert.equal(new TextDecoder().decode(output), "done\n");
});
