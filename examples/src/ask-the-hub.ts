import { HubClient, HubClientError } from "@hub/client";

const hub = new HubClient({ url: process.env.MCP_HUB_URL ?? "http://127.0.0.1:8001" });
const { servers } = await hub.servers({ q: "weather", status: "up" });
for (const server of servers) console.log(server.name, server.endpoint);

try {
  await hub.server("nobody");
} catch (error) {
  if (HubClientError.is(error)) console.log(error.status, error.code, error.detail);
}
