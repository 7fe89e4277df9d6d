import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { LockFile } from "../../src/platform/lock-file.ts";

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "lock-file-"));
});
after(() => rm(folder, { recursive: true }));

/** Another process of ours that holds the lock. */
async function holder(path: string): Promise<ChildProcess> {
  const child = fork(new URL("../support/hold-lock.ts", import.meta.url), [path]);
  const [outcome] = await once(child, "message");
  assert.equal(outcome, "held");
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}

test("a second process is refused and told who holds the card; when that one was killed the lock is free", async () => {
  const path = join(folder, "a.lock");
  const child = await holder(path);
  const message = new RegExp(`held by process ${child.pid} \\(lock file ${path}\\)`);
  await assert.rejects(new LockFile(path).acquire(), { code: "CARD_LOCKED", message });
  await killed(child);
  const held = await new LockFile(path).acquire();
  assert.match(await readFile(path, "utf8"), new RegExp(`^${process.pid} `));
  await held.release();
});

test("the same process cannot hold it twice, and can again after release", async () => {
  const lock = new LockFile(join(folder, "b.lock"));
  const held = await lock.acquire();
  await assert.rejects(lock.acquire(), { code: "CARD_LOCKED", message: /this process itself/ });
  await held.release();
  await (await lock.acquire()).release();
});

test("nothing is left in the folder after release, whether the lock was taken or refused", async () => {
  const inner = join(folder, "inner");
  const lock = new LockFile(join(inner, "c.lock"));
  const held = await lock.acquire();
  await assert.rejects(lock.acquire());
  await held.release();
  assert.deepEqual(await readdir(inner), []);
});

test("a process id that was given to another program since does not keep the lock", async () => {
  const path = join(folder, "d.lock");
  await writeFile(path, `${process.pid} 1\n`);
  await (await new LockFile(path).acquire()).release();
});

test("a damaged lock file is taken for one that nobody holds", async () => {
  const path = join(folder, "e.lock");
  for (const content of ["", "garbage", "-1 5", "0", "99999999999 1"]) {
    await writeFile(path, content);
    await (await new LockFile(path).acquire()).release();
  }
});

test("a lock that was taken over is not removed by its former holder", async () => {
  const path = join(folder, "f.lock");
  const held = await new LockFile(path).acquire();
  await writeFile(path, "1 1\n");
  await held.release();
  assert.equal(await readFile(path, "utf8"), "1 1\n");
});

test("of many that find a stale lock at once, one gets it", async () => {
  const path = join(folder, "g.lock");
  await writeFile(path, "99999999 1\n");
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => new LockFile(path).acquire()));
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
});

test("a folder that cannot be written to is named", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  await assert.rejects(new LockFile(join(file, "x.lock")).acquire(), { code: "LOCK_UNWRITABLE", message: /x\.lock/ });
});

test("a note of a holder that was killed is there for the next one, until that one takes it back", async () => {
  const path = join(folder, "note.lock");
  const killedOne = await new LockFile(path).acquire();
  await killedOne.note("1 2");
  // As after a kill: the lock is stale, the note is there.
  await writeFile(path, "999999999 1\n");
  const next = await new LockFile(path).acquire();
  assert.equal(next.inherited, "1 2");
  await next.note("");
  await next.release();
  const last = await new LockFile(path).acquire();
  assert.equal(last.inherited, "");
  await last.release();
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith("note.lock")),
    [],
  );
});

test("a note is not written through a link that someone else put in its place", async () => {
  const path = join(folder, "linked.lock");
  const victim = join(folder, "victim");
  await writeFile(victim, "untouched");
  await symlink(victim, `${path}.note`);
  const held = await new LockFile(path).acquire();
  await held.note("1");
  assert.equal(await readFile(victim, "utf8"), "untouched");
  await held.note("");
  await held.release();
});
