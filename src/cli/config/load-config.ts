import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  type AgentConfig,
  configSchema,
  type ServerConfig,
  type TrustConfig,
} from "../../agent/config/config-schema.ts";
import { withAbsoluteFiles } from "../../agent/custom-objects/absolute-paths.ts";
import { ConfigError } from "./config-error.ts";
import { describeIssue } from "./describe-issue.ts";
import { SourceDocument } from "./source-document.ts";

/** Reads a YAML (or JSON) file. Throws ConfigError. File names in it are relative to its folder. */
export function loadConfig(path: string): AgentConfig {
  return parseConfig(readText(path), path);
}

/** `path` names the file in messages and is where relative file names start. */
export function parseConfig(text: string, path: string): AgentConfig {
  const source = new SourceDocument(text, path);
  const result = configSchema.safeParse(source.value);
  if (result.success) return withAbsolutePaths(result.data, dirname(resolve(path)));
  throw new ConfigError(result.error.issues.flatMap((issue) => describeIssue(issue, source)).join("\n"));
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ConfigError(`${path}: the configuration cannot be read`, { cause });
  }
}

function withAbsolutePaths(config: AgentConfig, folder: string): AgentConfig {
  const { server, servers, bootstrap, trust, enrolment, objects, control, packages } = config;
  return {
    ...config,
    stateDirectory: resolve(folder, config.stateDirectory),
    ...(server && { server: withAbsoluteTrust(server, folder) }),
    ...(servers && { servers: servers.map((each) => withAbsoluteTrust(each, folder)) }),
    ...(bootstrap && { bootstrap: withAbsoluteTrust(bootstrap, folder) }),
    ...(trust && { trust: absoluteTrust(trust, folder) }),
    ...(enrolment && { enrolment: { ...enrolment, est: withTrust(enrolment.est, folder) } }),
    control: { ...control, ...(control.socket && { socket: resolve(folder, control.socket) }) },
    ...(objects && { objects: withAbsoluteFiles(objects, (name) => resolve(folder, name)) }),
    packages: {
      ...packages,
      ...(packages.folder !== undefined && { folder: resolve(folder, packages.folder) }),
      ...(packages.trust && { trust: absoluteTrust(packages.trust, folder) }),
    },
  };
}

function withAbsoluteTrust<T extends Pick<ServerConfig, "security">>(account: T, folder: string): T {
  const { security } = account;
  if (!security?.trust) return account;
  return { ...account, security: { ...security, trust: absoluteTrust(security.trust, folder) } };
}

function withTrust<T extends { readonly trust?: TrustConfig | undefined }>(part: T, folder: string): T {
  return part.trust ? { ...part, trust: absoluteTrust(part.trust, folder) } : part;
}

function absoluteTrust(trust: TrustConfig, folder: string): TrustConfig {
  const { anchors, pinned, revocation } = trust;
  return {
    ...trust,
    ...(anchors && { anchors: anchors.map((file) => resolve(folder, file)) }),
    ...(pinned && { pinned: resolve(folder, pinned) }),
    ...(revocation && { revocation: { ...revocation, lists: revocation.lists.map((file) => resolve(folder, file)) } }),
  };
}
