import { type CommandEntry, commands } from "../commands/index.js";
import type { ArgumentDeclaration, Command, OptionDeclaration, WorksOn } from "./command.js";
import { optionsOf } from "./parse-words.js";

const worksOnText: Readonly<Record<WorksOn, string>> = {
  hub: "Asks a running hub.",
  files: "Works on files of this machine.",
  processes: "Runs processes on this machine.",
};

const groups: readonly {
  readonly title: string;
  readonly has: (entry: CommandEntry) => boolean;
}[] = [
  {
    title: "Run things on this machine",
    has: ({ worksOn }) => worksOn.includes("processes"),
  },
  {
    title: "Ask a running hub",
    has: ({ worksOn }) => worksOn.includes("hub") && !worksOn.includes("processes"),
  },
  {
    title: "Work on files, or on nothing",
    has: ({ worksOn }) => !worksOn.includes("hub") && !worksOn.includes("processes"),
  },
];

/** Two columns: what is typed, and what it does. */
function rows(pairs: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(0, ...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`);
}

export function argumentText(
  name: string,
  { isOptional, isRepeatable }: ArgumentDeclaration,
): string {
  const text = isRepeatable ? `${name}...` : name;
  return isOptional || (isRepeatable && isOptional) ? `[${text}]` : `<${text}>`;
}

function optionText(name: string, { short, value }: OptionDeclaration): string {
  const shown = value === undefined ? `--${name}` : `--${name} <${value}>`;
  return short === undefined ? shown : `${shown}, -${short}`;
}

function optionSummary({ summary, choices, isRepeatable, number }: OptionDeclaration): string {
  const more = [
    ...(choices === undefined ? [] : [choices.join(", ")]),
    ...(number === undefined ? [] : [`${number.least}-${number.most}`]),
    ...(isRepeatable ? ["may be given several times"] : []),
  ];
  return more.length === 0 ? summary : `${summary} (${more.join("; ")})`;
}

/** What a command is called, with its arguments: `get <server>`. */
export function usageOf(name: string, command: Pick<Command, "args">): string {
  const args = Object.entries(command.args ?? {}).map(([one, declared]) =>
    argumentText(one, declared),
  );
  return ["mcp-hub", name, ...args].join(" ");
}

export function helpOfCommand({ name, summary, worksOn }: CommandEntry, command: Command): string {
  const options = Object.entries(optionsOf(command, worksOn.includes("hub"))).map(
    ([one, declared]) => [optionText(one, declared), optionSummary(declared)] as const,
  );
  const args = Object.entries(command.args ?? {}).map(
    ([one, declared]) =>
      [
        argumentText(one, declared),
        declared.choices === undefined
          ? declared.summary
          : `${declared.summary} (${declared.choices.join(", ")})`,
      ] as const,
  );
  return [
    `Usage: ${usageOf(name, command)} [options]`,
    "",
    `${summary}. ${worksOn.map((one) => worksOnText[one]).join(" ")}`.trim(),
    ...(args.length === 0 ? [] : ["", ...rows(args)]),
    "",
    ...rows(options),
    ...(command.details ?? []).flatMap((paragraph) => ["", paragraph]),
    ...(command.examples === undefined
      ? []
      : ["", "Examples:", ...command.examples.map((line) => `  mcp-hub ${line}`)]),
    "",
  ].join("\n");
}

/** What `mcp-hub --help` says. */
export function helpOfAll(): string {
  const shown = commands.filter(({ isHidden }) => !isHidden);
  const width = Math.max(...shown.map(({ name }) => name.length));
  return [
    "Usage: mcp-hub [command] [options]",
    "",
    "A live catalogue of MCP servers that register themselves. Without a command it runs the hub.",
    ...groups.flatMap(({ title, has }) => [
      "",
      `${title}:`,
      ...shown
        .filter(has)
        .map(({ name, summary }) => `  ${name.padEnd(width)}   ${firstLower(summary)}`),
    ]),
    "",
    "mcp-hub <command> --help says what a command takes. Every command takes --json.",
    "",
    "Which hub is asked: --hub, else MCP_HUB_URL, else http://127.0.0.1 at MCP_HUB_PORT or 8001.",
    "A token is read from MCP_HUB_TOKEN, else from the file that MCP_HUB_TOKEN_FILE names. The settings of the hub itself: mcp-hub start --help",
    "",
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not found, 4 refused, 5 not reached, 130 interrupted",
    "",
  ].join("\n");
}

const firstLower = (text: string) => `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
