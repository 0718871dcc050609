import type { SettingView } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";

/** As it would be written into the variable. */
function valueText({ value }: SettingView): string {
  if (value === null) return "";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

const sourceText = ({ source, from }: SettingView) =>
  from === undefined ? source : `${source} ${from}`;

function nothingText(isNarrowed: boolean, isChanged: boolean): string {
  if (!isChanged) return "No setting fits.";
  return isNarrowed ? "Every setting that fits has its default." : "Every setting has its default.";
}

export const command = defineCommand({
  args: {
    word: {
      summary: "only settings in whose name, meaning or value all words occur",
      isOptional: true,
      isRepeatable: true,
    },
  },
  options: { changed: { summary: "only those that are no defaults" } },
  details: [
    "It shows what the hub runs with since its start, and where each value came from: the default, a variable, or a file that a variable names. Times are milliseconds. A secret is only `set`.",
  ],
  examples: ["settings", "settings --changed", "settings lease", "settings --json"],
  async run({ hub, interrupted, output }, { args, options }) {
    const { settings } = await (await hub()).settings(interrupted);
    const words = (args.word ?? []).map((word) => word.toLowerCase());
    const found = settings.filter((setting) => {
      const text = `${setting.name} ${setting.meaning} ${valueText(setting)}`.toLowerCase();
      const fits = words.every((word) => text.includes(word));
      return fits && !(options.changed && setting.source === "default");
    });
    if (found.length === 0) output.note(nothingText(words.length > 0, options.changed === true));
    output.answer({ settings: found }, () =>
      found.length === 0
        ? []
        : table(
            [
              { title: "SETTING", keeps: "all" },
              { title: "VALUE", keeps: 24 },
              { title: "FROM", keeps: 12 },
              { title: "MEANING", mayGo: true },
            ],
            found.map((setting) => [
              toned(setting.name, "name"),
              valueText(setting),
              sourceText(setting),
              setting.meaning,
            ]),
            output.columns,
          ),
    );
  },
});
