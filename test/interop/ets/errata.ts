/** Where a test case cannot be run to the letter: what it prints, and what the row does. */
export interface Erratum {
  readonly prints: string;
  readonly decided: string;
}

const shorter = (prints: string): Erratum => ({ prints, decided: "the same with 1 to 4 s, so that it ends in time" });
const notStoring: Erratum = {
  prints: "/1/0/6 false at the start",
  decided: "true: the default of the object, and what the agent starts with",
};
const jsonIn10: Erratum = {
  prints: "LwM2M JSON in a 1.1 registration",
  decided: "a 1.0 registration: from 1.1 on the format must not be used (Core 1.2 §7.5)",
};
const powerModes: Erratum = {
  prints: "modes at /10/0/13 and active modes at /10/0/14",
  decided: "/10/0/12 and /10/0/13, as the registry has them; resource 6 went with object version 1.1",
};

/** Every decision there is, by the row it is about. */
export const errata: Readonly<Record<string, readonly Erratum[]>> = {
  "1.1-int-102": [{ prints: "one more Update is optional", decided: "it has to come before the lifetime ends" }],
  "1.1-int-105": [
    { prints: "the lifetime is written by POST", decided: "by PUT: it is one resource" },
    shorter("a lifetime of 60 s"),
  ],
  "1.1-int-109": [
    { prints: "the lifetime is written by POST", decided: "by PUT: it is one resource" },
    shorter("an awake time of 93 s"),
  ],
  "1.1-int-204": [jsonIn10],
  "1.1-int-211": [notStoring],
  "1.1-int-215": [{ prints: "step numbers of the pass criteria are off", decided: "values of steps 2 and 4" }],
  "1.1-int-220": [jsonIn10, { prints: "the number 0101, which is no JSON", decided: "101" }],
  "1.1-int-222": [notStoring],
  "1.1-int-223": [notStoring],
  "1.1-int-224": [notStoring],
  "1.1-int-227": [{ prints: "the lifetime is restored at /1/x", decided: "at /1/x/1" }],
  "1.1-int-228": [{ prints: "a resource instance is written by POST", decided: "by PUT (Transport 1.2 §6.4.4)" }],
  "1.1-int-229": [
    { prints: "voided in 1.2.1 in favour of 280", decided: "run as well" },
    { prints: "paths that lie within each other", decided: "left out: Leshan refuses to ask for them" },
  ],
  "1.1-int-236": [{ prints: "paths that lie within each other", decided: "left out: Leshan refuses to ask for them" }],
  "1.1-int-260": [
    { prints: "a single value at /3/0/11 has no dim", decided: "dim=1: it is a multiple resource" },
    { prints: "</3> without a version", decided: "ver=1.1: the object has more resources than configuration C.4" },
  ],
  "1.1-int-261": [{ prints: "attributes joined by &", decided: "by ;" }],
  "1.2-int-264": [{ prints: "/1/x/2 and /1/x/3 as pmin and pmax", decided: "not shown: they are not attached" }],
  "1.2-int-266": [
    { prints: "/1/x/2 and /1/x/3 as pmin and pmax", decided: "not shown: they are not attached" },
    { prints: "attributes of /3 at /3/0", decided: "at /3, where they are attached" },
  ],
  "1.1-int-280": [notStoring],
  "1.1-int-301": [shorter("pmin and pmax of 5 to 20 s")],
  "1.1-int-302": [shorter("pmin and pmax of 5 to 20 s")],
  "1.1-int-303": [
    shorter("pmin and pmax of 5 to 20 s"),
    { prints: "Observe=1 at /3/0", decided: "at each resource that is observed (RFC 7641 §3.6)" },
  ],
  "1.1-int-304": [shorter("pmin 30 s and pmax 45 s")],
  "1.1-int-307": [{ prints: "Mute Send is written by POST", decided: "by PUT: it is one resource" }],
  "1.1-int-308": [
    shorter("pmin 30 s and pmax 45 s"),
    { prints: "paths of instance 0 for instance 1", decided: "instance 1" },
  ],
  "1.1-int-309": [
    shorter("pmin 30 s and pmax 45 s"),
    { prints: "2.04 for Delete", decided: "2.02, as the specification has it" },
  ],
  "1.1-int-310": [{ prints: "Observe 1 to begin with", decided: "Observe 0" }, shorter("pmax 5 s")],
  "1.2-int-12": [{ prints: "2.04 for the pack", decided: "2.05: it has content" }],
  "1.2-int-312": [shorter("pmin 5 s and pmax 15 s")],
  "1.2-int-313": [shorter("pmax 10 s and 60 s")],
  "1.1-int-403": [
    { prints: "the default certificate usage, 3", decided: "usage 0: with 3 no name is compared (RFC 7671 §5.1)" },
  ],
  "1.1-int-710": [shorter("pmin 2 s and pmax 10 s")],
  "1.1-int-770": [{ prints: "pull as a condition", decided: "push: it is what the steps do" }],
  "1.1-int-771": [{ prints: "push as a condition", decided: "pull: it is what the steps do" }],
  "1.1-int-774": [{ prints: "Update Result 2", decided: "3: out of RAM (object 5)" }],
  "1.1-int-777": [{ prints: "State 1 at the end", decided: "State 0 (object 5)" }],
  "1.1-int-810": [shorter("pmin 2 s and pmax 10 s")],
  "1.1-int-910": [shorter("pmin 2 s and pmax 10 s")],
  "1.1-int-950": [{ prints: "three access control entries at one instance", decided: "three instances" }],
  "1.1-int-1201": [powerModes],
  "1.1-int-1202": [powerModes, { prints: "TLV C1 0D 02 for resource 14", decided: "TLV for the resource written" }],
  "1.1-int-1203": [powerModes, shorter("pmin and pmax of 5 to 20 s")],
  "1.1-int-1204": [
    { prints: "the object's version 1.1", decided: "1.0: configuration C.10 is of that version" },
    shorter("pmin and pmax of 5 to 20 s"),
  ],
  "CONMGMT-1.1-int-1250": [
    { prints: "resource 7 of the Device object as the trigger", decided: "/1/x/8, Registration Update Trigger" },
  ],
  "1.1-int-1635": [{ prints: "2.04 for Delete", decided: "2.02, as the specification has it" }],
  "1.1-int-1900": [
    { prints: "the object's version 1.1", decided: "1.0: there is no other" },
    shorter("pmin 300 s and pmax 3600 s"),
  ],
  "1.1-int-2000": [
    { prints: "LogStart written and read", decided: "executed, and LogStatus read: LogStart is executable" },
  ],
};
