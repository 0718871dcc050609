import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Diagnosis } from "@hub/api";
import { closeAll, closeLater, ModernClient, Program, TestHub, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const root = join(import.meta.dirname, "..");

/** A stdio server that says what it should not, and dies when its tool is called. */
const careless = `
process.stderr.write("starting with " + process.env.API_TOKEN + "\\n");
const say = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\\n");
const answers = {
  initialize: { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "Careless", version: "1" } },
  "tools/list": { tools: [{ name: "die", inputSchema: { type: "object" } }] },
  ping: {},
};
let text = "";
process.stdin.on("data", (chunk) => {
  text += chunk;
  for (let at = text.indexOf("\\n"); at >= 0; at = text.indexOf("\\n")) {
    const { id, method } = JSON.parse(text.slice(0, at));
    text = text.slice(at + 1);
    if (method === "tools/call") {
      process.stderr.write("cannot open postgres://me:sesame@db\\u001b[31m!\\n", () => process.exit(3));
    } else if (id !== undefined && answers[method]) say(id, answers[method]);
    else if (id !== undefined)
      process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32601, message: "no" } }) + "\\n");
  }
});
`;

const settings = { heartbeatMs: 200, leaseMinMs: 500, leaseTtlMs: 2_000 };

async function wrapped(hub: TestHub, ...options: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mcp-hub-careless-"));
  const file = join(folder, "careless.mjs");
  writeFileSync(file, careless);
  const args = [
    join(root, "packages/register/dist/cli.js"),
    ...options,
    "--",
    process.execPath,
    file,
  ];
  const program = new Program(process.execPath, args, {
    MCP_HUB_URL: hub.url,
    API_TOKEN: "tok-123456",
  });
  closeLater(async () => {
    await program.kill("SIGTERM");
    rmSync(folder, { recursive: true, force: true });
  });
  await hub.whenUp("careless");
}

const ask = async (hub: TestHub, server: string) =>
  (await hub.rest("POST", "/diagnose", { server })) as Diagnosis; // the contract was just held

const linesOf = ({ logs }: Diagnosis) => logs[0]?.lines ?? [];

test("hub-register sends its command's last lines when somebody asked, without secrets", async () => {
  const hub = await TestHub.start({ settings });
  await wrapped(hub);
  expect(await ask(hub, "careless")).toMatchObject({ ok: true, isLogWanted: true });
  const lines = await until("the lines", async () => {
    const found = linesOf(await ask(hub, "careless"));
    return found.length > 0 && found;
  });
  expect(lines).toContain("starting with ***");
});

test("hub-register sends them unasked when the command ends by itself", async () => {
  const hub = await TestHub.start({ settings });
  await wrapped(hub);
  await new ModernClient(hub.url, { path: "/servers/careless/mcp" }).call("die").done;
  const lines = await until("the last words", async () => {
    // Not asked for here: the route that a heartbeat's answer leads to is not what is tried.
    const found = linesOf(await ask(hub, "careless"));
    return found.some((line) => line.includes("ended by itself")) && found;
  });
  expect(lines).toContain("cannot open postgres://me:***@db!");
  expect(lines.join("\n")).toContain("(the process ended by itself: exit code 3)");
  expect(lines.join("\n")).not.toContain("tok-123456");
});

test("with --no-log it sends nothing", async () => {
  const hub = await TestHub.start({ settings });
  await wrapped(hub, "--no-log");
  expect((await ask(hub, "careless")).isLogWanted).toBe(true);
  const lease = () => hub.entry("careless")?.instances[0]?.health.beatAtWall;
  const before = lease();
  await until("two more heartbeats", () => (lease() ?? 0) > (before ?? 0) + settings.heartbeatMs);
  expect((await ask(hub, "careless")).logs).toEqual([]);
});

test("register sends what it is given, and only that", async () => {
  const hub = await TestHub.start({ settings });
  const program = new Program(process.execPath, [join(root, "examples/dist/last-lines.js")], {
    MCP_HUB_URL: hub.url,
  });
  closeLater(() => program.kill("SIGTERM"));
  await hub.whenUp("greeter");
  const lines = await until("the lines", async () => {
    const found = linesOf(await ask(hub, "greeter"));
    return found.length > 0 && found;
  });
  expect(lines).toEqual(["ready to greet"]);
});
