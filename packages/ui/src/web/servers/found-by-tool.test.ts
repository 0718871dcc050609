import type { FoundTool, ServerSummary } from "@hub/api";
import { expect, test } from "vitest";
import { foundByTool } from "./found-by-tool.js";

const server = (id: string): ServerSummary => ({
  id,
  name: id,
  transport: "streamable-http",
  endpoint: `http://127.0.0.1/${id}`,
  status: "up",
  tags: [],
  instances: [],
  capabilities: null,
  revision: 1,
  registeredAt: "2026-11-28T00:00:00Z",
  updatedAt: "2026-11-28T00:00:00Z",
});

const tool = (serverId: string, name: string, description = ""): FoundTool => ({
  serverId,
  serverName: serverId,
  serverStatus: "up",
  serverEndpoint: "",
  name,
  description,
  hash: "",
  definition: { name },
});

const servers = [server("weather"), server("units"), server("bulk-1"), server("bulk-49")];
const found = (asked: string, tools: readonly FoundTool[]) =>
  Object.fromEntries(foundByTool(servers, asked, { tools, isOf: "these" }));

test("a tool counts if it and its server have every word, not because it is near", () => {
  const near = [tool("bulk-49", "task_0"), tool("bulk-1", "task_0")];
  expect(found("bulk-49", near)).toEqual({ "bulk-49": "task_0" });
  const convert = tool("units", "convert", "From one unit to another, as of weights.");
  expect(found("WEIGHTS convert", [convert, tool("weather", "forecast")])).toEqual({
    units: "convert",
  });
});

test("of several tools of a server, the hub's best is named", () => {
  expect(found("temp", [tool("units", "temp_best"), tool("units", "temp_other")])).toEqual({
    units: "temp_best",
  });
});

test("where nothing has the words, the nearest are shown, once the hub has been asked for these words", () => {
  const tools = [tool("weather", "forecast")];
  expect(found("will it rain", tools)).toEqual({ weather: "forecast" });
  expect(found("weather", [tool("units", "convert"), tool("gone", "weather")])).toEqual({});
  expect(foundByTool(servers, "will it rain", { tools, isOf: "other words" }).size).toBe(0);
});

test("tools of servers that other filters leave out count for nothing", () => {
  expect(found("weather", [tool("gone", "weather"), tool("units", "convert")])).toEqual({});
  const left = servers.filter(({ id }) => id === "units");
  const tools = [tool("weather", "forecast"), tool("units", "convert")];
  const near = foundByTool(left, "weather", { tools, isOf: "these" });
  expect(Object.fromEntries(near)).toEqual({ units: "convert" });
});

test("without words nothing is found by a tool", () => {
  expect(found("  ", [tool("units", "convert")])).toEqual({});
});
