import { readFile } from "node:fs/promises";
import { CodedError } from "../../util/coded-error.ts";
import { type Profile, parseProfile } from "./profile.ts";

/** Throws CodedError "BAD_SIM_PROFILE" or "SIM_PROFILE_UNREADABLE". */
export async function loadProfile(path: string): Promise<Profile> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new CodedError("SIM_PROFILE_UNREADABLE", `virtual SIM profile ${path} can't be read`, { cause });
  });
  return parseProfile(parseJson(text, path), path);
}

/** Written whole or not at all, readable for the owner alone: it holds private keys. */
export async function saveProfile(path: string, profile: Profile): Promise<void> {
  const { default: writeFileAtomic } = await import("write-file-atomic");
  await writeFileAtomic(path, `${JSON.stringify(profile, undefined, 2)}\n`, { mode: 0o600 });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text, which may be a key.
    throw new CodedError("BAD_SIM_PROFILE", `virtual SIM profile ${path}: not JSON`);
  }
}
