import type { MadeTokenView } from "@hub/api";
import type { HubProcess } from "@hub/testing";
import { ask } from "./signed-in.js";
import { startHub } from "./stage.js";

type AskingHub = {
  readonly hub: HubProcess;
  readonly admin: string;
  /** May read everything, and no more. */
  readonly reader: string;
};

/**
 * A hub that asks before it lets servers in: each of the given wait, by name and endpoint, which somebody registered who may
 * register anything.
 */
export async function startAskingHub(
  servers: Readonly<Record<string, string>> = {
    payments: "http://127.0.0.1:9/mcp",
    weather: "http://127.0.0.1:9/mcp",
  },
): Promise<AskingHub> {
  const hub = await startHub({ MCP_HUB_ADMISSION: "ask" });
  const create = async (action: string, as: string) =>
    (await ask<MadeTokenView>(hub, as, "/tokens", { name: action, grants: [{ action }] })).token;
  const admin = await create("admin", "");
  const registrar = await create("register", admin);
  for (const [name, endpoint] of Object.entries(servers))
    await ask(hub, registrar, "/register", {
      name,
      transport: "streamable-http",
      endpoint,
      lease: { ttlMs: 3_600_000 },
    });
  return { hub, admin, reader: await create("read", admin) };
}
