// Asks the hub which MCP servers there are, chooses one, and calls a tool of it directly.
import { HubClient } from "@hub/client";
import { type Asked, readArguments } from "./arguments.js";
import { findServers } from "./choose.js";
import { CallFailed, useServer } from "./connect.js";
import { serverTable } from "./server-table.js";

async function main(asked: Asked): Promise<void> {
  const hub = new HubClient();
  const { servers } = await hub.servers();
  const count = servers.length === 1 ? "1 server" : `${servers.length || "no"} servers`;
  console.log(`The hub at ${hub.url} knows ${count}.`);
  if (servers.length > 0) console.log(`\n${serverTable(servers)}\n`);
  if (asked.serverId === undefined && asked.tool === undefined) {
    if (servers.length > 0) console.log("Choose one: a server id, or --tool and a tool's name.");
    return;
  }

  const problems: string[] = [];
  for (const server of await findServers(hub, asked)) {
    try {
      console.log(await useServer(server, asked));
      return;
    } catch (error) {
      if (error instanceof CallFailed) throw error;
      problems.push(`${server.name}: ${(error as Error).message}`); // the SDK rejects with Errors
    }
  }
  const what = asked.tool === undefined ? "" : ` with a tool named "${asked.tool}"`;
  throw new Error([`Found no server that is up${what}.`, ...problems].join("\n"));
}

try {
  await main(readArguments(process.argv.slice(2)));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
