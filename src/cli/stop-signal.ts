const names = ["SIGTERM", "SIGINT"] as const;

/**
 * Resolves with the first SIGTERM or SIGINT, which ends nothing by itself. A second one, from somebody who is tired of
 * waiting, ends the process at once.
 */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const listener = (name: NodeJS.Signals): void => {
      for (const each of names) process.removeListener(each, listener);
      resolve(name);
    };
    for (const name of names) process.on(name, listener);
  });
}
