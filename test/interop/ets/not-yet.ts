const bearer = "not yet: no bearer to select on this machine, and no definition of object 12";

/** Rows that wait for the agent: what they wait for, by id. The list only shrinks. */
export const notYet: Readonly<Record<string, string>> = {
  "CONMGMT-1.1-int-1350": bearer,
};
