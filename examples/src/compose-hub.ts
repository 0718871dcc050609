import { createLog, parseConfig, startHub } from "@hub/server";
import { webUi } from "@hub/ui";

const parsed = parseConfig({ MCP_HUB_PORT: "0", MCP_HUB_DATA_DIR: process.env.MCP_HUB_DATA_DIR });
if (!parsed.ok) throw new Error(parsed.problems.join("\n"));

const log = createLog({ level: "warn", format: "json" });
const hub = await startHub({ config: parsed.config, log, webUi: webUi() });
console.log(`listening at ${hub.url}`);
await hub.stop();
