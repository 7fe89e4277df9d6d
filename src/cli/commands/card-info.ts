import type { CardObject } from "../../credentials/adapters/iotsafe/object-list.ts";
import { toHex } from "../../util/bytes.ts";
import { table } from "../../util/table.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { cardUri, withCard } from "../with-card.ts";

const use = { priority: "cli" } as const;

/** What the applet says of itself and what is in it. */
export const cardInfo: Command<{ uri: string }> = {
  options: cardUri,

  run: ({ uri }, output) =>
    withCard(async (provider) => {
      const applet = provider.applet(uri);
      const { aid, uniqueAppletId, ...application } = await applet.applicationInformation(use);
      const objects = (await applet.objects(use)).map(printableObject);
      const identity = { aid: toHex(aid), ...(uniqueAppletId && { appletId: toHex(uniqueAppletId) }) };
      output.result({ ...identity, application, objects }, () =>
        [
          ...Object.entries({ ...identity, ...application }).map(([name, value]) => `${name.padEnd(24)}${value}`),
          "",
          table([
            ["object", "id", "label", "size"],
            ...objects.map((each) => [each.class, each.id ?? "", each.label ?? "", String(each.fileSize ?? "")]),
          ]),
        ].join("\n"),
      );
      return ExitCode.done;
    }),
};

function printableObject({ id, ...object }: CardObject): Omit<CardObject, "id"> & { id?: string } {
  return { ...object, ...(id && { id: toHex(id) }) };
}
