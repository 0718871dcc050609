import { connect } from "node:net";
import type { BudgetReport } from "@hub/core/limits";
import {
  closeAll,
  closeLater,
  LegacyClient,
  ModernClient,
  ModernUpstream,
  TestHub,
  tool,
  until,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const mib = 1024 * 1024;
const tools = Array.from({ length: 60 }, (_, index) => ({
  ...tool(`tool_${index}`),
  name: `tool_${index}`,
  description: `Umlauts ä, signs "\\ and lines\n${"x".repeat(mib / 10)}`,
}));

async function hubWithLargeServer(): Promise<TestHub> {
  const hub = await TestHub.start();
  await hub.register("large", await ModernUpstream.start({ tools }));
  return hub;
}

async function waitingBytes(hub: TestHub): Promise<number> {
  const health = (await hub.rest("GET", "/healthz?verbose")) as {
    readonly budgets: readonly BudgetReport[];
  }; // as its description says
  return health.budgets.find(({ name }) => name === "waitingBytes")?.used ?? 0;
}

test("a large list is the same for clients of both eras, piece by piece", async () => {
  const hub = await hubWithLargeServer();
  const shown = tools.map(({ name, description }) => ({ name: `large__${name}`, description }));
  const modern = await new ModernClient(hub.url, { path: "/mcp?hub=off" }).ask("tools/list");
  const client = await LegacyClient.open(hub.url, { path: "/mcp?hub=off" });
  const legacy = await client.ask("tools/list");
  for (const { result } of [modern, legacy]) {
    const list = result?.tools as { name: string; description: string }[]; // it was asked for
    const byName = (one: { name: string }, other: { name: string }) =>
      one.name < other.name ? -1 : 1;
    expect(list.map(({ name, description }) => ({ name, description })).sort(byName)).toEqual(
      shown.sort(byName),
    );
  }
});

test("what waits for clients that do not read it is there once, however many they are", async () => {
  const hub = await hubWithLargeServer();
  const body = JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/list",
    params: {
      _meta: {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": { name: "slow", version: "1" },
        "io.modelcontextprotocol/clientCapabilities": {},
      },
    },
  });
  const head = [
    "POST /mcp HTTP/1.1",
    `Host: 127.0.0.1:${hub.port}`,
    "Content-Type: application/json",
    "Accept: application/json, text/event-stream",
    "Mcp-Protocol-Version: 2026-07-28",
    "Mcp-Method: tools/list",
    `Content-Length: ${body.length}`,
  ];
  let answered = 0;
  for (let count = 0; count < 30; count++) {
    const socket = connect(hub.port, "127.0.0.1");
    closeLater(() => void socket.destroy());
    socket.on("error", () => {});
    socket.once("readable", () => {
      answered += 1;
    });
    socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  }
  await until("all to be answered", () => answered === 30);
  const waiting = await waitingBytes(hub);
  // Of 30 lists of 6 MB.
  expect(waiting).toBeGreaterThan(5 * mib);
  expect(waiting).toBeLessThan(12 * mib);
});
