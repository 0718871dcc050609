// A server that goes away and comes back all the time, so that there is something to see in the hub.
// Started without arguments it keeps starting itself as a child, which serves, and treats it badly.
import { type ChildProcess, fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { register } from "@hub/register";
import { McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

function createServer(): McpServer {
  const server = new McpServer({ name: "Flaky server", version: "1.0.0" });
  server.registerTool(
    "roll_dice",
    {
      description: "Rolls dice, as long as it lasts.",
      inputSchema: z.object({ dice: z.number().int().min(1).max(20).default(2) }),
    },
    async ({ dice }) => {
      const rolled = Array.from({ length: dice }, () => 1 + Math.floor(Math.random() * 6));
      return { content: [{ type: "text", text: rolled.join(" ") }] };
    },
  );
  return server;
}

async function serve(port: number): Promise<void> {
  process.once("disconnect", () => process.exit());
  const registered = register(createServer, {
    port,
    description: "Crashes, hangs and comes back",
    tags: ["demo", "flaky"],
  });
  await registered.ready;
  process.send?.(registered.port);
}

async function flap(periodMs: number): Promise<void> {
  // The same port each time makes it the same instance, which comes back.
  let port = 0;
  let child: ChildProcess | undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
        process.exit();
      }
      child.once("exit", () => process.exit());
      // One that hangs must wake up to hear that it shall end.
      child.kill("SIGCONT");
      child.kill("SIGTERM");
    });
  }

  for (;;) {
    child = fork(fileURLToPath(import.meta.url), ["serve", String(port)]);
    child.on("message", (message) => {
      port = Number(message);
    });
    await sleep(periodMs);
    child.kill("SIGSTOP");
    await sleep(periodMs);
    child.kill("SIGCONT");
    await sleep(periodMs);
    // No chance to say goodbye.
    child.kill("SIGKILL");
    await sleep(periodMs);
  }
}

const [mode, port] = process.argv.slice(2);
if (mode === "serve") await serve(Number(port));
else await flap(1_000 * (Number(process.env.FLAKY_SECONDS) || 10));
