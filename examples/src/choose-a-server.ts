import { HubClient, HubClientError } from "@hub/client";

const hub = new HubClient();
for (const { server, tools, reason } of await hub.find("a weather forecast"))
  console.log(server.name, tools.length, reason);

try {
  const { server, tool, reason } = await hub.choose({ need: "a weather forecast" });
  console.log(`${server.endpoint} has ${tool?.name}. ${reason}`);
  await hub.choose({ tag: "moon" });
} catch (error) {
  if (HubClientError.is(error)) console.log(error.code, error.detail);
}
