import { parseServerUri } from "../../association/server-uri.ts";
import { ContentFormat } from "../../formats/content-format.ts";
import type { AccountConfiguration } from "./account-configuration.ts";
import { attemptBootstrap, type BootstrapWay } from "./bootstrap-attempt.ts";
import type { BootstrapControllerOptions } from "./bootstrap-controller-options.ts";
import { BootstrapError } from "./bootstrap-error.ts";

/** One bootstrap with the bootstrap account as it is now. Rejects as `attemptBootstrap` does. */
export async function attemptWithAccount(
  configuration: AccountConfiguration,
  options: BootstrapControllerOptions,
  signal: AbortSignal,
): Promise<BootstrapWay> {
  const { endpointName, version = "1.1", preferredFormat = ContentFormat.senmlCbor } = options;
  const { bootstrap } = await configuration.accounts();
  if (!bootstrap) throw new BootstrapError("NO_BOOTSTRAP_ACCOUNT", "there is no bootstrap account any more");
  const { path: uriPath, query: uriQuery } = parseServerUri(bootstrap.uri);
  return attemptBootstrap(
    {
      ...options,
      parameters: { endpointName, version, uriPath, uriQuery, preferredFormat },
      associations: options.associations(bootstrap),
      newDraft: () => configuration.newDraft(),
      check: (draft) => configuration.check(draft),
      commit: (draft) => configuration.commitBootstrap(draft),
    },
    signal,
  );
}
