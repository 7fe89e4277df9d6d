const profile = "not yet: no Profile ID";
const bearer = "not yet: no bearer to select on this machine, and no definition of object 12";

/** Rows that wait for the agent: what they wait for, by id. The list only shrinks. */
export const notYet: Readonly<Record<string, string>> = {
  "1.2-int-110": profile,
  "1.2-int-111": profile,
  "CONMGMT-1.1-int-1350": bearer,
};
