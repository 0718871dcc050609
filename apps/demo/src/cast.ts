import { fileURLToPath } from "node:url";

function fileBeside(manifest: string, path: string): string {
  return fileURLToPath(new URL(path, manifest));
}

const hub = import.meta.resolve("@hub/app/package.json");
const client = import.meta.resolve("@hub/demo-client/package.json");
const servers = import.meta.resolve("@hub/demo-servers/package.json");

const server = (name: string) => fileBeside(servers, `./dist/${name}.js`);

// The command line tool lies beside the library.
const hubRegister = fileBeside(import.meta.resolve("@hub/register"), "./cli.js");

/** The arguments for Node that start each program. */
export const hubProgram: readonly string[] = [fileBeside(hub, "./dist/main.js")];
export const clientProgram: readonly string[] = [fileBeside(client, "./dist/main.js")];

export const serverPrograms: Readonly<Record<string, readonly string[]>> = {
  "MCP Server 1": [server("server-1")],
  "MCP Server 2": [server("server-2")],
  "MCP Server 3": [server("server-3")],
  "MCP Server 4": [
    ...[hubRegister, "--name", "MCP Server 4", "--description", "Notes, a stdio server"],
    ...["--tag", "demo", "--tag", "stdio", "--", process.execPath, server("server-4")],
  ],
  "Flaky server": [server("flaky")],
};

/** What the person has set for a hub of their own is not for the demo. */
const foreign = /^(MCP_HUB_|LOG_)|^(PORT|DATABASE_URL)$/;

/** The environment of every program of the demo. */
export function cleanEnvironment(
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(kept), ...more };
}
