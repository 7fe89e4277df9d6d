import { table } from "../../util/table.ts";
import { ExitCode } from "../exit-code.ts";
import type { Command } from "../lazy-command.ts";
import { type CardOptions, cardOptions, withCard } from "../with-card.ts";

/** What the applet says of itself and what is in it. */
export const cardInfo: Command<CardOptions> = {
  options: cardOptions,

  run: (options, output) =>
    withCard(options, async (card, uri) => {
      const facts = await card.info(uri);
      const { aid, appletId, application, objects } = facts;
      const identity = { aid, ...(appletId !== undefined && { appletId }) };
      output.result(facts, () =>
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
