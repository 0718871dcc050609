import { hubSettings, nearestName } from "@hub/core/environment";
import { acceptDataLoss } from "@hub/store-sqlite";

/** What the command line asks for. */
export type HubCommand =
  | { readonly kind: "run"; readonly acceptDataLoss: boolean }
  | { readonly kind: "help" | "version" }
  /** `to` is undefined where the command line names no folder. */
  | { readonly kind: "backup"; readonly to: string | undefined }
  | { readonly kind: "wrong"; readonly problems: readonly string[] };

const asksFor: Readonly<Record<string, HubCommand>> = {
  "--help": { kind: "help" },
  "-h": { kind: "help" },
  "--version": { kind: "version" },
  "-v": { kind: "version" },
};

const known = [acceptDataLoss, "--help", "--version", "backup"];

/** Reads what follows the program on the command line, and says everything that is wrong with it at once. */
export function readArguments(args: readonly string[]): HubCommand {
  const [first, ...others] = args;
  const isBackup = first === "backup";
  const to = isBackup ? others.find((arg) => !arg.startsWith("-")) : undefined;
  const rest = isBackup ? others.filter((arg) => arg !== to) : args;
  const takes = (arg: string) => !isBackup && arg === acceptDataLoss;
  const unknown = rest.filter((arg) => !takes(arg) && asksFor[arg] === undefined);
  if (unknown.length > 0) return { kind: "wrong", problems: unknown.map(unknownText) };
  const asked = args.map((arg) => asksFor[arg]).find((command) => command !== undefined);
  if (asked !== undefined) return asked;
  return isBackup
    ? { kind: "backup", to }
    : { kind: "run", acceptDataLoss: args.includes(acceptDataLoss) };
}

/**
 * The error for an unknown option. People look for settings on the command line too, so `--port` leads to
 * `MCP_HUB_PORT`.
 */
function unknownText(arg: string): string {
  const nearest = nearestName(arg, [...known, ...hubSettings]);
  return `MCP Hub does not know ${JSON.stringify(arg)}. ${adviceOn(nearest)}.`;
}

function adviceOn(nearest: string | undefined): string {
  if (nearest === undefined) return `It takes ${known.join(", ")}`;
  return known.includes(nearest)
    ? `The nearest option is ${nearest}`
    : `Set ${nearest} in the environment instead`;
}

export const usage = `Usage: mcp-hub [options]
       mcp-hub backup [folder]

Runs the hub until you stop it (Ctrl-C, SIGTERM). With npm: npm start -- [options]

backup copies the data directory to a new folder (default: below ./backups) and checks the copy.
It reads only the files, so a hub may use them meanwhile. With npm: npm run backup

  --accept-data-loss   start although data is missing that an earlier hub has acknowledged
  --help, --version

Everything else is set in the environment. The most important settings:

  MCP_HUB_PORT         port to listen on (default: 8001)
  MCP_HUB_DATA_DIR     directory for the data (default: ./data)
  LOG_LEVEL            silent, fatal, error, warn, info, debug or trace (default: info)
  LOG_FORMAT           pretty or json (default: pretty on a terminal)

All settings, with their ranges: docs/reference/settings.md
`;
