import { access, readFile } from "node:fs/promises";
import { nodeEntropy } from "../../../crypto/entropy.ts";
import { systemWallClock } from "../../../platform/clock.ts";
import { personalise } from "../../../sandbox/card/personalise.ts";
import type { Profile } from "../../../sandbox/card/profile.ts";
import { saveProfile } from "../../../sandbox/card/profile-file.ts";
import { CodedError } from "../../../util/coded-error.ts";

const dayMs = 24 * 60 * 60 * 1000;

/** Yesterday, so that a clock a little behind does not mind, and ten years on. */
const validFromMs = -dayMs;
const validForMs = 3650 * dayMs;

export interface NewProfile {
  readonly commonName: string;
  readonly profile: string;
  readonly caCert: string | undefined;
  readonly caKey: string | undefined;
}

/** Makes a SIM and writes its profile. Throws CodedError "SIM_PROFILE_EXISTS": keys are never overwritten. */
export async function makeProfile({ commonName, profile: path, caCert, caKey }: NewProfile): Promise<Profile> {
  if (await exists(path)) {
    throw new CodedError("SIM_PROFILE_EXISTS", `${path} is there already: leave out --new to use it, or remove it`);
  }
  const now = systemWallClock.now();
  const profile = await personalise({
    commonName,
    entropy: nodeEntropy,
    notBefore: new Date(now + validFromMs),
    notAfter: new Date(now + validForMs),
    ...(caCert === undefined || caKey === undefined ? {} : { ca: await readCa(caCert, caKey) }),
  });
  await saveProfile(path, profile);
  return profile;
}

async function readCa(certificate: string, privateKey: string) {
  return { certificate: await readText(certificate), privateKey: await readText(privateKey) };
}

function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw new CodedError("BAD_CA", `${path} can't be read`, { cause });
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
