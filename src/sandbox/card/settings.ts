import { z } from "zod";

/**
 * How this applet differs from the next one. Real applets and hosts disagree on each of these points; the defaults are
 * the commonest behaviour, the other values exist in the field.
 */
export const settingsSchema = z.strictObject({
  lengths: z.enum(["strict", "lenient"]).default("strict").describe("lenient takes a stray 00 between data and Le"),
  classes: z.enum(["both", "inter-industry", "proprietary"]).default("both").describe("0X, 8X; others get 6E00"),
  answers: z
    .enum(["get-response", "get-response-9f", "direct"])
    .default("get-response")
    .describe("61xx (or the old 9Fxx) then GET RESPONSE, or the answer at once"),
  largestAnswer: z.int().min(1).max(256).default(256).describe("bytes of one answer to READ FILE"),
  wrongLe: z.enum(["ignored", "6Cxx"]).default("ignored").describe("for application information"),
  selectAnswer: z.enum(["none", "fci"]).default("none"),
  proactive: z.int().min(0).max(255).default(0).describe("length of a waiting proactive command: 91xx for 9000"),
  channels: z
    .strictObject({
      total: z.int().min(1).max(20).default(4).describe("with the basic one"),
      taken: z.array(z.int().min(1).max(19)).default([]).describe("held by the modem"),
    })
    .prefault({}),
  signatureForm: z.enum(["raw", "raw-two-byte-length", "der"]).default("raw").describe("33 40, 33 00 40, 33 L 30.."),
  objectList: z.enum(["bare", "wrapper-per-object", "wrapper-per-class"]).default("bare"),
  objectsPerPage: z.int().min(0).default(0).describe("0: one page; else 6300 until the last page"),
  singleObject: z.enum(["bare", "wrapped"]).default("bare"),
  applicationTags: z.enum(["61/6F", "90/93"]).default("61/6F"),
  appletIdLength: z.enum(["right", "one-too-big"]).default("right"),
  signatureAlgorithmLength: z.enum(["right", "malformed"]).default("right").describe("malformed: 92 02 04"),
  generationAnswer: z.enum(["ids-and-key", "key-only"]).default("ids-and-key"),
  generationIds: z.enum(["kept", "changed"]).default("kept"),
  publicKeyForm: z.enum(["template", "bare-point"]).default("template").describe("34 45 49 43 86 41 04.. or 04.."),
  endOfFile: z.enum(["6A86", "6981", "empty"]).default("6A86"),
  sessions: z
    .strictObject({
      count: z.int().min(1).max(255).default(1).describe("B7"),
      numbers: z.enum(["any", "from-0", "from-1"]).default("any").describe("which session numbers exist"),
      refusal: z
        .enum(["6985", "6A86"])
        .default("6985")
        .describe("when an open session is opened again, or none is free"),
      scope: z.enum(["applet", "channel"]).default("applet").describe("whose sessions are counted together"),
      endWithSelection: z.boolean().default(true).describe("closing the channel or selecting again ends its sessions"),
      endWithLastBlock: z.boolean().default(true).describe("a finished session may be opened again without a close"),
      closingUnopened: z.enum(["9000", "6985"]).default("9000"),
    })
    .prefault({}),
  remoteAdministration: z
    .strictObject({
      refusals: z.int().min(0).default(0).describe("this many applet commands get 6984, the next ends with 63CF"),
      newKeys: z.boolean().default(false).describe("the pairs are other ones afterwards, the certificates are not"),
    })
    .prefault({}),
  delayMs: z
    .record(z.string().regex(/^[0-9A-F]{2}$/), z.number().min(0).max(3_600_000))
    .default({})
    .describe('fixed working time by INS, for example {"2B": 150}; goes before the latency preset'),
});

export type Settings = z.output<typeof settingsSchema>;
export type SettingsInput = z.input<typeof settingsSchema>;
