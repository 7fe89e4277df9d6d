/** As much of npm's pcsclite as we use. */
export interface PcscLibrary {
  on(event: "reader", listener: (reader: LibraryReader) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
}

export interface LibraryReader {
  readonly name: string;
  readonly connected: boolean;
  readonly SCARD_SHARE_SHARED: number;
  readonly SCARD_LEAVE_CARD: number;
  on(event: "status", listener: (status: { state: number; atr?: Uint8Array }) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  connect(options: { share_mode: number }, done: (error: unknown, protocol?: number) => void): void;
  transmit(
    command: Uint8Array,
    longest: number,
    protocol: number,
    done: (error: unknown, response?: Uint8Array) => void,
  ): void;
  disconnect(disposition: number, done: (error: unknown) => void): void;
}

export class PcscLibraryMissing extends Error {}

/**
 * Loads and starts the library; `module` is "pcsclite", or the path of a stand-in. Rejects with PcscLibraryMissing when it
 * is not installed or was not built, and with the library's own error, for example when pcscd is not running.
 */
export async function startLibrary(module: string): Promise<PcscLibrary> {
  const start = await loadLibrary(module);
  return start();
}

async function loadLibrary(module: string): Promise<() => PcscLibrary> {
  try {
    const loaded = await import(module);
    return loaded.default;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new PcscLibraryMissing(
      "the optional module pcsclite is not installed or was not built: install python3, make, g++ and libpcsclite-dev, " +
        `then run "npm rebuild pcsclite" (${reason})`,
      { cause },
    );
  }
}

/** Native callbacks run no promise jobs on newer versions of Node: everything goes on from the event loop instead. */
export function fromCallback<T>(call: (done: (error: unknown, value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => {
      setImmediate(() => (error ? reject(error) : resolve(value)));
    });
  });
}
