import { defineCommand } from "../../command-line/command.js";
import { toned } from "../../command-line/styled.js";
import { table } from "../../command-line/table.js";
import { grantsText } from "../../tokens/grant-text.js";
import { withTokens } from "../../tokens/kept-tokens.js";

export const command = defineCommand({
  readsSettings: true,
  details: [
    "Without --hub and MCP_HUB_URL, and while no hub runs, it reads the store of the hub: the database in DATABASE_URL, or the file in MCP_HUB_DATA_DIR.",
  ],
  async run(context) {
    const { output } = context;
    const { place, tokens } = await withTokens(context, async (kept) => ({
      place: kept.place,
      tokens: await kept.list(),
    }));
    if (place !== undefined) output.note(`No hub answers, so this is what ${place} holds.`);
    if (tokens.length === 0)
      output.note(
        "There is no token. mcp-hub token create operator --may admin makes the first one.",
      );
    output.answer({ tokens }, () =>
      tokens.length === 0
        ? []
        : table(
            [
              { title: "ID", keeps: "all" },
              { title: "NAME", keeps: 16 },
              { title: "MAY", keeps: 24 },
              { title: "EXPIRES", keeps: "all" },
              { title: "LAST USED", mayGo: true },
            ],
            tokens.map(({ id, name, grants, source, isExpired, expiresAt, lastUsedAt }) => [
              toned(id, "name"),
              source === "file" ? `${name} (in the file)` : name,
              grantsText(grants),
              isExpired ? toned("expired", "warning") : (expiresAt?.slice(0, 16) ?? "never"),
              lastUsedAt?.slice(0, 16) ?? "",
            ]),
            output.columns,
          ),
    );
  },
});
