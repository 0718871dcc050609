import {
  closeAll,
  freePort,
  gate,
  ModernClient,
  ModernUpstream,
  TestHub,
  textResult,
  until,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";
import { exitCodes } from "../src/command-line/exit-codes.js";
import { runInProcess } from "./support/in-process.js";

afterEach(closeAll);

/** A hub that asks for tokens, and the command line with one that may do all. */
async function start() {
  const hub = await TestHub.start({ budgets: { callerCalls: 1 } });
  const environment: Record<string, string> = { MCP_HUB_URL: hub.url };
  const run = (...words: string[]) => runInProcess(words, { environment });
  const { out } = await run("token", "create", "operator", "--may", "admin", "--may", "call");
  environment.MCP_HUB_TOKEN = out.trim();
  return { hub, run, token: out.trim() };
}

test("a call for which the caller has to wait was refused", async () => {
  const { hub, run, token } = await start();
  const upstream = await ModernUpstream.start();
  const held = gate();
  upstream.on("echo", async () => {
    await held.opened;
    return textResult("done");
  });
  await run("add", upstream.endpoint, "--name", "tides");
  const agent = new ModernClient(hub.url, { token });
  await until("agents to see it", async () =>
    JSON.stringify((await agent.send("tools/list").done).response).includes("tides__echo"),
  );
  const running = agent.send("tools/call", { name: "tides__echo" });
  await until("it to run", () => upstream.calls.length === 1);
  expect(await run("call", "tides", "echo")).toMatchObject({ code: exitCodes.refused });
  held.open();
  expect((await running.done).status).toBe(200);
});

test("a server that is away was not reached", async () => {
  const { run } = await start();
  await run("add", `http://127.0.0.1:${await freePort()}/mcp`, "--name", "away");
  expect(await run("call", "away", "echo")).toMatchObject({ code: exitCodes.unreachable });
});
