import { nearestName } from "@hub/core/environment";
import { type CommandEntry, commands } from "../commands/index.js";
import { commonOptions, hubOption, isOption } from "./parse-words.js";

/** Which command was asked for, and the words that are left for it. */
export type FoundCommand =
  | { readonly ok: true; readonly entry: CommandEntry; readonly words: readonly string[] }
  /** `mcp-hub --help`, which is about all of them. */
  | { readonly ok: true; readonly entry: undefined; readonly words: readonly string[] }
  | { readonly ok: false; readonly problem: string };

const leading = new Set(
  Object.entries(commonOptions).flatMap(([name, option]) => [
    `--${name}`,
    ...("short" in option ? [`-${option.short}`] : []),
  ]),
);

/** How many of the first words are options that may stand before a command. */
function countLeading(words: readonly string[]): number {
  let count = 0;
  while (count < words.length) {
    const word = words[count] ?? "";
    if (leading.has(word) || word.startsWith(`--${Object.keys(hubOption)[0]}=`)) count += 1;
    else if (word === "--hub") count += 2;
    else break;
  }
  return count;
}

function entryNamed(name: string): CommandEntry | undefined {
  return commands.find((entry) => entry.name === name);
}

/** The commands that begin with this word: `toolset list` with `toolset`. */
export function entriesBelow(word: string): readonly CommandEntry[] {
  return commands.filter((entry) => entry.name.startsWith(`${word} `));
}

function unknownCommand(given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  const advice =
    nearest === undefined ? "mcp-hub --help lists them" : `The nearest command is ${nearest}`;
  return `MCP Hub does not know the command ${JSON.stringify(given)}. ${advice}.`;
}

/**
 * Finds the command in what was typed. Without one the hub is started, as with `npm start`; `--json`, `--hub`,
 * `--help` and `--version` may stand before it.
 */
export function findCommand(words: readonly string[]): FoundCommand {
  const count = countLeading(words);
  const before = words.slice(0, count);
  const [first, second, ...others] = words.slice(count);
  if (first === undefined && before.some((word) => leading.has(word) && word !== "--json"))
    return { ok: true, entry: undefined, words: before };
  if (first === undefined || isOption(first)) {
    const entry = entryNamed("start");
    if (entry === undefined) throw new Error("the list of commands has no start");
    return { ok: true, entry, words };
  }
  const behind = second === undefined ? [] : [second, ...others];
  // `import clients` is a command beside `import`.
  const whole = second === undefined ? undefined : entryNamed(`${first} ${second}`);
  if (whole !== undefined) return { ok: true, entry: whole, words: [...before, ...others] };
  const entry = entryNamed(first);
  if (entry !== undefined) return { ok: true, entry, words: [...before, ...behind] };
  const below = entriesBelow(first);
  if (below.length > 0) {
    const seconds = below.map(({ name }) => name.slice(first.length + 1));
    const problem =
      second === undefined || isOption(second)
        ? `mcp-hub ${first} needs one of ${seconds.join(", ")} behind it.`
        : unknownCommand(
            `${first} ${second}`,
            below.map(({ name }) => name),
          );
    return { ok: false, problem };
  }
  const firstWords = [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? name))];
  return { ok: false, problem: unknownCommand(first, firstWords) };
}
