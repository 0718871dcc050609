import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import type { CommandContext } from "../command-line/context.js";
import { type Line, toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";
import { counted } from "../command-line/words.js";
import { thisMachine } from "../connect/client-folders.js";
import { readConfigFile, replaceFile } from "../connect/config-file.js";
import { explained } from "../connect/explained.js";
import { chosen } from "../import-clients/choose.js";
import { type Candidate, type FoundIn, findServers } from "../import-clients/find-servers.js";

const defaultFile = "mcp.json";

export const command = defineCommand({
  args: {
    server: {
      summary: "what to take over (default: it only shows, or asks)",
      isOptional: true,
      isRepeatable: true,
    },
  },
  options: {
    all: { summary: "take over everything that was found" },
    to: {
      summary: `the file to write to (default: ${defaultFile})`,
      value: "file",
      completes: "files",
    },
    from: { summary: "only from this client, as cursor", value: "client", isRepeatable: true },
  },
  details: [
    "It looks into the files of Claude Desktop, Claude Code, VS Code, Cursor, Windsurf, Codex, Gemini CLI, Copilot CLI, opencode, Zed and others, for you and for the project in this folder, and shows which servers they name. It changes none of them.",
    "What is chosen is added to a file of your own, which `mcp-hub run` serves. No secret is copied: a variable of the environment stays a variable, and what stands in the other file stays there and is referred to.",
  ],
  examples: [
    "import clients",
    "import clients github files",
    "import clients --all --to ~/mcp.json",
  ],
  run: (context, { args, options }) =>
    importClients(context, {
      ...{ names: args.server, isAll: options.all, to: options.to, from: options.from },
    }),
});

export interface ImportWishes {
  /** What to take over. Nothing, and not all: it is shown, and asked for on a terminal. */
  readonly names: readonly string[];
  readonly isAll: boolean;
  /** The file to write to. Default: mcp.json. */
  readonly to?: string | undefined;
  /** Only from these clients, where there are any. */
  readonly from: readonly string[];
}

/** Shows what the clients of this machine have, and takes over what is chosen. */
export async function importClients(
  context: CommandContext,
  { names, isAll, to: wished, from }: ImportWishes,
): Promise<undefined> {
  const { environment, folder, hubUrl, input, interrupted, output } = context;
  const machine = thisMachine(environment, folder, existsSync);
  const everything = await findServers(machine, hubUrl());
  const found = everything.filter(({ client }) => from.length === 0 || from.includes(client));
  const candidates = found.flatMap(({ servers }) => servers);
  const isAsked = names.length === 0 && !isAll;
  const canAsk = isAsked && input.isTerminal && !output.isJson && candidates.length > 0;
  const to = resolve(folder, wished ?? defaultFile);
  if (isAsked) {
    const files = found.map(shownFile);
    output.answer({ files, written: null }, () => linesFor(found, candidates, output.columns));
    if (!canAsk) {
      if (candidates.length > 0) output.note("Name those to take over, or give --all.");
      return;
    }
  }
  const words = isAsked
    ? (await input.ask(`\nTake over which (names, numbers, all; nothing: none)? `, interrupted))
        .split(/[\s,]+/)
        .filter((word) => word !== "")
    : isAll
      ? ["all"]
      : names;
  if (words.length === 0 || interrupted.aborted) return;
  const taken = chosen(words, candidates);
  if (taken.length === 0) throw new CommandError("notFound", "No server was found to take over.");
  await write(to, taken, found);
  const written = { file: to, servers: taken.map(({ as }) => as) };
  const report = () => reportLines(to, taken);
  if (isAsked) output.lines(report());
  else output.answer({ files: found.map(shownFile), written }, report);
}

async function write(to: string, taken: readonly Candidate[], found: readonly FoundIn[]) {
  const { withServers } = await import("@hub/register/run");
  const servers = taken.map(({ as, imported }) => ({ name: as, entry: imported.entry }));
  const needed = new Set(taken.flatMap(({ imported }) => imported.inputs));
  const inputs = found.flatMap((one) => one.inputs).filter(({ id }) => needed.has(String(id)));
  const refused = (error: unknown) => {
    throw explained(error, to);
  };
  const read = await readConfigFile(to).catch(refused);
  let written: string;
  try {
    written = withServers(read.text, servers, inputs);
  } catch (error) {
    throw new CommandError("refused", `${to}: ${(error as Error).message}.`); // of the reader
  }
  await replaceFile(read, written).catch(refused);
}

/** What programs read of a file; the entries themselves are in the file that is written. */
function shownFile({ client, title, file, servers, leftOut, problem }: FoundIn) {
  return {
    ...{ client, title, file, leftOut, problem },
    servers: servers.map(({ name, as, kind, shown, imported }) => ({
      ...{ name, as, kind, shown },
      ...{ leftThere: imported.leftThere, variables: imported.variables, inputs: imported.inputs },
    })),
  };
}

function linesFor(
  found: readonly FoundIn[],
  candidates: readonly Candidate[],
  columns: number | undefined,
): readonly Line[] {
  if (found.length === 0) return ["No file of a client on this machine names a server."];
  return found.flatMap(({ title, file, servers, leftOut, problem }): readonly Line[] => [
    "",
    [toned(title, "strong"), "  ", toned(file, "dim")],
    ...(problem === undefined ? [] : [toned(`  ! ${problem}`, "warning")]),
    ...table(
      [
        { title: "", align: "right" },
        { title: "", keeps: 16 },
        { title: "", keeps: 24 },
        { title: "" },
      ],
      servers.map((server) => [
        String(candidates.indexOf(server) + 1),
        toned(server.as, "name"),
        server.shown,
        toned(needs(server), "dim"),
      ]),
      columns,
    ).slice(1),
    ...leftOut.map(({ name, reason }) => toned(`  ${name} is left out: ${reason}`, "dim")),
  ]);
}

/** Where the secrets of a server are, in a few words. */
function needs({ imported: { variables, inputs, leftThere } }: Candidate): string {
  return [
    variables.length === 0 ? undefined : `needs ${variables.join(", ")}`,
    inputs.length === 0 ? undefined : `asks for ${inputs.join(", ")}`,
    leftThere.length === 0 ? undefined : `secret in that file: ${leftThere.join(", ")}`,
  ]
    .filter((part) => part !== undefined)
    .join("; ");
}

function reportLines(to: string, taken: readonly Candidate[]): readonly Line[] {
  const stays = taken.filter(({ imported }) => imported.leftThere.length > 0);
  return [
    `Added ${counted(taken.length, "server")} to ${to}: ${taken.map(({ as }) => as).join(", ")}.`,
    ...stays.map(
      ({ as, file, imported }): Line =>
        `${as}: ${imported.leftThere.join(", ")} may be a secret, stays in ${file}, and is read from there.`,
    ),
    toned(`To serve them: mcp-hub run ${to}`, "dim"),
  ];
}
