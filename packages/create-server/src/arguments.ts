import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";

/** What is asked for on the command line. */
export type CreateCommand =
  | { readonly kind: "create"; readonly wish: Wish }
  | { readonly kind: "help" }
  /** What was expected, what came, what to do. */
  | { readonly kind: "wrong"; readonly problem: string };

/** The project that is wanted. */
export interface Wish {
  /** Absolute. */
  readonly folder: string;
  /** In package.json, as npm takes names. */
  readonly packageName: string;
  /** As people read it in the hub. */
  readonly serverName: string;
  /** Where npm finds the helper: a range of versions, or the path of its tarball. */
  readonly helper: string | undefined;
}

export const usage = `Usage: create-server <folder> [options]

Makes a new MCP server that registers itself with MCP Hub: SDK v2, TypeScript, one tool and a test.
The folder must be new or empty. Nothing is installed.

  --name <name>      what the server is called in the hub (default: from the folder's name)
  --helper <source>  where npm finds @hub/register: a version, or the path of its tarball, which is copied
                     into the project (default: the version of this program)
  --help
`;

const longestName = 200;

/** Reads what follows the program on the command line; paths are seen from `from`. */
export function readArguments(args: readonly string[], from: string): CreateCommand {
  let given: ReturnType<typeof parse>;
  try {
    given = parse(args);
  } catch (error) {
    return { kind: "wrong", problem: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = given;
  if (values.help === true) return { kind: "help" };
  const [folder, ...more] = positionals;
  if (folder === undefined || folder.trim() === "")
    return { kind: "wrong", problem: "Name the folder of the new server, such as my-server." };
  if (more.length > 0)
    return {
      kind: "wrong",
      problem: `Expected one folder, got ${positionals.length}: ${positionals.join(" ")}`,
    };
  const path = resolve(from, folder);
  const packageName = packageNameOf(basename(path));
  const serverName = (values.name ?? serverNameOf(basename(path))).trim();
  const length = [...serverName].length;
  if (length === 0 || length > longestName || /\p{C}/u.test(serverName))
    return {
      kind: "wrong",
      problem: `--name must be 1 to ${longestName} characters, none of them a control character, got ${JSON.stringify(values.name ?? "")}.`,
    };
  return { kind: "create", wish: { folder: path, packageName, serverName, helper: values.helper } };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      name: { type: "string" },
      helper: { type: "string" },
      help: { type: "boolean", short: "h" },
    },
  });
}

/** A folder's name as the name of a package: what npm does not take in one becomes a dash. */
export function packageNameOf(folderName: string): string {
  const plain = folderName
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 100)
    .replace(/-+$/, "");
  return plain === "" ? "mcp-server" : plain;
}

/** A folder's name as people write names: `my-weather` is "My weather". */
function serverNameOf(folderName: string): string {
  const words = folderName.replace(/[\p{C}\s_-]+/gu, " ").trim();
  return words === "" ? "MCP server" : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
