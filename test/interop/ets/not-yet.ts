const fallback = "not yet: the agent does not fall back to bootstrap when registration fails";
const queueMode = "not yet: no queue mode";
const profile = "not yet: no Profile ID";
const several = "not yet: one server only";
const unwritten = "not yet: the row is not written";
const send = "not yet: no way to make the agent send";

/** Rows that wait for the agent: what it waits for, by id. The list only shrinks. */
export const notYet: Readonly<Record<string, string>> = {
  "1.1-int-7": fallback,
  ...all(queueMode, [108, 109]),
  "1.2-int-110": profile,
  "1.2-int-111": profile,
  "CONMGMT-1.1-int-1350": unwritten,
  ...all(send, [306, 307, 311]),
  ...all(several, [950, 951]),
};

function all(reason: string, numbers: readonly number[]): Record<string, string> {
  return Object.fromEntries(numbers.map((number) => [`1.1-int-${number}`, reason]));
}
