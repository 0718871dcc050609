import { type HubProcess, rpcOf, sendJson, serve, until } from "@hub/testing";

const common = { resultType: "complete", ttlMs: 60_000, cacheScope: "public" };

/**
 * Registers servers of 2026-07-28 with many tools: one process serves them all, each on a path of its own.
 * Server `n` is `bulk-<n>`, and its tool `m` is `task_<m>`. Ends when the hub has read every list.
 */
export async function registerMany(
  hub: HubProcess,
  servers: number,
  toolsEach: number,
): Promise<void> {
  const tools = Array.from({ length: toolsEach }, (_, index) => ({
    name: `task_${index}`,
    description: `Does piece ${index} of the work.`,
    inputSchema: { type: "object" },
  }));
  const { origin } = await serve(async (request, response) => {
    const { id, method } = await rpcOf(request);
    const answers: Readonly<Record<string, object>> = {
      "server/discover": {
        supportedVersions: ["2026-07-28"],
        capabilities: { tools: {} },
        serverInfo: { name: "bulk", version: "1" },
      },
      "tools/list": { tools },
    };
    sendJson(response, 200, {
      jsonrpc: "2.0",
      id,
      result: { ...common, ...answers[method ?? ""] },
    });
  });
  for (let at = 0; at < servers; at += 1)
    await hub.register({
      name: `bulk-${at}`,
      transport: "http",
      endpoint: `${origin}/${at}/mcp`,
      lease: { ttlMs: 3_600_000 },
    });
  await until(
    "the hub to have read all tools",
    async () => {
      const preview = await fetch(`${hub.url}/toolsets/preview?limit=0`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      });
      // Its form is held by the tests of the API.
      const { toolCount } = (await preview.json()) as { readonly toolCount: number };
      return toolCount >= servers * toolsEach;
    },
    120_000,
  );
}
