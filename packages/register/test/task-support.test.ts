import { InMemoryTaskStore } from "@modelcontextprotocol/sdk/experimental/tasks/stores/in-memory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { describe, expect, test } from "vitest";
import { useHub } from "./support/harness.js";
import { openClient } from "./support/raw-client.js";
import { createV1 } from "./support/servers.js";

const harness = useHub();
const tasks = { list: {}, cancel: {}, requests: { tools: { call: {} } } };

/** An SDK v1 server with tasks of 2025-11-25. */
function createWithTasks(): McpServer {
  const server = new McpServer(
    { name: "With tasks", version: "1" },
    { capabilities: { tasks }, taskStore: new InMemoryTaskStore() },
  );
  server.registerTool("quick", {}, async () => ({ content: [] }));
  server.experimental.tasks.registerToolTask(
    "slow",
    { execution: { taskSupport: "required" } },
    {
      createTask: async ({ taskStore }) => ({ task: await taskStore.createTask({ ttl: 1_000 }) }),
      getTask: async ({ taskId, taskStore }) => ({ ...(await taskStore.getTask(taskId)) }) as never,
      getTaskResult: async () => ({ content: [] }),
    },
  );
  return server;
}

async function listed(url: string | undefined) {
  const { client } = await openClient(url ?? "", { isModern: true });
  harness.cleanups.push(() => client.close());
  const { tools } = await client.listTools();
  const support = Object.fromEntries(tools.map(({ name, _meta }) => [name, _meta]));
  return { support, experimental: client.getServerCapabilities()?.experimental };
}

describe("what a wrapped server says of tasks in 2026-07-28", () => {
  test("is in its capabilities and in each tool's _meta, where the hub finds it", async () => {
    const { url } = await harness.start(createWithTasks).ready;
    const { support, experimental } = await listed(url);
    expect(experimental).toMatchObject({ "mcp-hub/tasks": tasks });
    expect(support).toEqual({
      // As SDK v1 writes where nothing is said.
      quick: { "mcp-hub/execution": { taskSupport: "forbidden" } },
      slow: { "mcp-hub/execution": { taskSupport: "required" } },
    });
  });

  test("is that it has none, where it has none: nobody needs to open a session to ask", async () => {
    const { url } = await harness.start(() => createV1()).ready;
    const { experimental } = await listed(url);
    expect(experimental).toEqual({ "mcp-hub/tasks": {} });
  });
});
