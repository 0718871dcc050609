import { HubClient } from "@hub/client";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

const hub = new HubClient();
const { servers } = await hub.servers({ q: "forecast", status: "up" });
const [server] = servers;
if (server === undefined) throw new Error("No server that is up has such a tool");

const client = new Client(
  { name: "my agent", version: "1.0.0" },
  { versionNegotiation: { mode: "auto" } },
);
await client.connect(new StreamableHTTPClientTransport(new URL(server.endpoint)));
const result = await client.callTool({ name: "forecast", arguments: { city: "Bergen" } });
console.log(server.name, "says", JSON.stringify(result.content));
await client.close();
