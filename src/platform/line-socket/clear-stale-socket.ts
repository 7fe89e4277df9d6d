import { lstat, readdir, readFile, readlink, rm } from "node:fs/promises";
import { connect } from "node:net";
import { CodedError } from "../../util/coded-error.ts";

/**
 * Removes a socket file that a process left behind. Rejects with CodedError "SOCKET_IN_USE" when somebody listens there, and
 * "SOCKET_UNUSABLE" when the file is no socket.
 */
export async function clearStaleSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket()) throw new CodedError("SOCKET_UNUSABLE", `${path} is there and is no socket: name another`);
  if (await isAlive(path)) {
    const who = await listeningProcess(path);
    const name = who === undefined ? "another process" : `process ${who}`;
    throw new CodedError("SOCKET_IN_USE", `${name} listens on the socket ${path}: stop it, or name another`);
  }
  await rm(path, { force: true });
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    // A full backlog (EAGAIN) has a listener too.
    socket.on("error", (error) => resolve("code" in error && error.code !== "ECONNREFUSED" && error.code !== "ENOENT"));
  });
}

/** By the socket's inode (proc(5)); undefined when it is not ours to see. */
async function listeningProcess(path: string): Promise<string | undefined> {
  const table = await readFile("/proc/net/unix", "utf8").catch(() => "");
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
  const inodes = new Set(rows.filter((row) => row[7] === path).map((row) => `socket:[${row[6]}]`));
  if (inodes.size === 0) return undefined;
  for (const pid of await readdir("/proc").catch((): string[] => [])) {
    if (/^\d+$/.test(pid) && (await holds(pid, inodes))) return pid;
  }
  return undefined;
}

async function holds(pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const files = await readdir(folder).catch((): string[] => []);
  const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => "")));
  return targets.some((target) => inodes.has(target));
}
