import { CredentialUriError, credentialScheme } from "../../credentials/adapters/credential-uri.ts";
import type { Credential, CredentialProvider } from "../../credentials/ports/credential.ts";

/** Makes the provider of a scheme when the first URI asks for it: a driver that nobody uses is never loaded. */
export type ProviderFactories = Readonly<Record<string, () => Promise<CredentialProvider>>>;

/** Opens credentials of every scheme by the provider of each. */
export class CredentialsByScheme implements CredentialProvider {
  readonly #factories: ProviderFactories;
  readonly #providers = new Map<string, Promise<CredentialProvider>>();

  constructor(factories: ProviderFactories) {
    this.#factories = factories;
  }

  /** Rejects with CredentialUriError for an unknown scheme, and as the scheme's provider does. */
  async open(uri: string, signal: AbortSignal): Promise<Credential> {
    const provider = await this.provider(credentialScheme(uri));
    return provider.open(uri, signal);
  }

  async close(): Promise<void> {
    const made = await Promise.allSettled(this.#providers.values());
    this.#providers.clear();
    await Promise.all(made.map((each) => (each.status === "fulfilled" ? each.value.close() : undefined)));
  }

  /** Rejects with CredentialUriError for an unknown scheme. */
  async provider(scheme: string): Promise<CredentialProvider> {
    const known = this.#providers.get(scheme);
    if (known) return known;
    const make = Object.hasOwn(this.#factories, scheme) ? this.#factories[scheme] : undefined;
    if (!make) {
      const schemes = Object.keys(this.#factories).map((each) => `${each}:`);
      throw new CredentialUriError(`unknown scheme ${scheme}:; there are ${schemes.join(", ")}`);
    }
    const provider = make();
    this.#providers.set(scheme, provider);
    return provider;
  }
}
