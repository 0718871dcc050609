import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { hubConnection } from "@hub/api/config";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { nearestAdvice } from "../command-line/nearest.js";
import { selectionOf, selectionOptions, selectionWords } from "../command-line/selection.js";
import { thisMachine } from "../connect/client-folders.js";
import { type Connected, connectClient } from "../connect/connect.js";
import { type ConnectClient, scopes } from "../connect/connect-client.js";
import { connectClients } from "../connect/connect-clients.js";
import { explained } from "../connect/explained.js";

const ids = connectClients.map(({ id }) => id);

function clientNamed(id: string): ConnectClient {
  const client = connectClients.find((one) => one.id === id);
  if (client !== undefined) return client;
  const advice = nearestAdvice(id, ids, `It knows ${ids.join(", ")}`);
  throw new CommandError("usage", `MCP Hub knows no file of ${JSON.stringify(id)}. ${advice}`);
}

/** The name of the variable that the file is to name; undefined where the hub needs no token. */
function tokenVariable(
  {
    "token-env": given,
    "no-token": none,
  }: { "token-env": string | undefined; "no-token": boolean },
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (none) return undefined;
  if (given !== undefined && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(given))
    throw new CommandError(
      "usage",
      "--token-env takes the name of an environment variable, as MCP_HUB_TOKEN. A token itself is never written into a file.",
    );
  if (given !== undefined) return given;
  // Clients read no token files, so that who has one is told to put the token into the variable.
  return environment.MCP_HUB_TOKEN || environment.MCP_HUB_TOKEN_FILE ? "MCP_HUB_TOKEN" : undefined;
}

/** What becomes of other names of the file: a new file in its place has one. */
function linkNotes({ isWritten, otherNames }: Connected): string[] {
  if (otherNames === 0) return [];
  const names = otherNames === 1 ? "another name" : `${otherNames} other names`;
  return [
    isWritten
      ? `The file had ${names} (hard links): there, the text is the old one.`
      : `The file has ${names} (hard links): there, the text will stay as it is.`,
  ];
}

/** What is said below the difference. */
function afterwards(result: Connected, client: ConnectClient, notes: readonly string[]): string[] {
  if (!result.isChanged) return [`${result.file} needs no change.`];
  if (!result.isWritten)
    return [
      "",
      ...linkNotes(result),
      result.isDeleted
        ? "Nothing was deleted. Give --write to delete the file: nothing else is in it."
        : "Nothing was written. Give --write to write it.",
    ];
  return [
    "",
    `${client.title}: ${result.file} was ${result.isDeleted ? "deleted: nothing else was in it" : "changed"}.`,
    ...(result.backup === undefined ? [] : [`The file as it was: ${result.backup}`]),
    ...notes,
  ];
}

export const command = defineCommand({
  args: {
    client: { summary: `whose file it is: ${ids.join(", ")}`, choices: ids },
  },
  options: {
    write: { summary: "write the file; without it only the difference is shown" },
    remove: { summary: "take the entry out again" },
    replace: { summary: "let an entry of the same name that leads elsewhere give way" },
    scope: {
      summary: "the file of this person (default) or of this project",
      value: "scope",
      choices: scopes,
    },
    file: { summary: "another file of the same format", value: "path", completes: "files" },
    name: {
      summary: "what the client calls it (default: hub, or the server or toolset)",
      value: "name",
    },
    ...selectionOptions,
    "token-env": {
      summary:
        "the variable with the token, which the file names (default: MCP_HUB_TOKEN, when it or MCP_HUB_TOKEN_FILE is set)",
      value: "variable",
    },
    "token-file": {
      summary:
        "the file with the token, for clients that start the bridge (default: MCP_HUB_TOKEN_FILE)",
      value: "path",
      completes: "files",
    },
    "no-token": { summary: "name no token, although there is one" },
  },
  details: [
    "It edits the real file of the client, and asks no hub. Comments, other servers, their order, line ends and links stay as they are, and the file as it was is kept beside it. A file that is broken is refused.",
    "Secrets of other servers are masked in the difference. A token is never written: the file names a variable or an input of the client.",
  ],
  examples: [
    "connect claude-code",
    "connect cursor --write",
    "connect vscode --scope project --toolset research --write",
    "connect codex --remove --write",
  ],
  async run({ output, environment, folder, hubUrl }, { args, options }) {
    const client = clientNamed(args.client);
    const selection = selectionOf(options);
    const hub = hubUrl();
    const { key, url } = hubConnection(hub, selection);
    const name = options.name ?? key;
    if (!/^[A-Za-z0-9_-]{1,60}$/.test(name))
      throw new CommandError(
        "usage",
        "--name takes up to 60 letters, digits, hyphens and underscores.",
      );
    const machine = thisMachine(environment, folder, existsSync);
    const scope = options.scope ?? "user";
    const file =
      options.file === undefined ? client.file(scope, machine) : resolve(folder, options.file);
    if (file === undefined)
      throw new CommandError(
        "usage",
        `${client.title} has no file for a project. Give --scope user.`,
      );
    const variable = tokenVariable(options, environment);
    const givenFile = options["token-file"];
    if (givenFile !== undefined && client.startsBridge !== true)
      throw new CommandError(
        "usage",
        `${client.title} starts no bridge that could read --token-file. Use --token-env.`,
      );
    const isTold = options["no-token"] || options["token-env"] || environment.MCP_HUB_TOKEN;
    const ownFile = isTold || client.startsBridge !== true ? "" : environment.MCP_HUB_TOKEN_FILE;
    const tokenFile = givenFile ?? (ownFile || undefined);
    const program = realpathSync(process.argv[1] ?? "");
    const wanted = {
      name,
      url,
      tokenVariable: variable,
      hasTokenFile: tokenFile !== undefined,
      bridge: {
        command: process.execPath,
        args: [
          program,
          "stdio",
          "--hub",
          hub,
          ...selectionWords(selection),
          ...(tokenFile === undefined ? [] : ["--token-file", resolve(folder, tokenFile)]),
        ],
      },
    };
    try {
      const result = await connectClient({
        client,
        wanted,
        hub,
        file,
        remove: options.remove,
        replace: options.replace,
        write: options.write,
        now: () => new Date(),
      });
      const token =
        variable === undefined || options.remove ? undefined : client.tokenNote?.(variable);
      const notes = [
        ...linkNotes(result),
        ...(token === undefined ? [] : [token]),
        // What it says to look for is not there any more.
        ...(options.remove ? [] : [client.next]),
      ];
      // As it is: its white space is part of it.
      if (!output.isJson) output.text(result.difference);
      output.answer(
        {
          client: client.id,
          file: result.file,
          name,
          ...(options.remove ? {} : { url: wanted.url }),
          changed: result.isChanged,
          written: result.isWritten,
          difference: result.difference,
          ...(result.backup === undefined ? {} : { backup: result.backup }),
          notes: result.isChanged ? notes : [],
        },
        () => afterwards(result, client, notes),
      );
    } catch (error) {
      throw explained(error, file);
    }
    return undefined;
  },
});
