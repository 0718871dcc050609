import { startHub } from "@hub/server";
import { webUi } from "@hub/ui";

const config = { port: 0, dataDir: process.env.MCP_HUB_DATA_DIR ?? "./data" };
const hub = await startHub({ config, webUi: webUi() });
console.log(`listening at ${hub.url}`);
await hub.stop();
