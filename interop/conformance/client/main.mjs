// The client under test: `main.mjs <server URL>`, started by the suite for one scenario. With a hub it registers
// the suite's server there and reaches it through the hub; the scenario must not notice.
import { scenarios } from "./scenarios.mjs";
import { throughHub } from "./through-hub.mjs";

const {
  HUB_CLIENT_PATH: path = "direct",
  HUB_CLIENT_HUB: hubUrl,
  HUB_CLIENT_OWN: own = "",
  MCP_CONFORMANCE_SCENARIO: name = "",
  MCP_CONFORMANCE_PROTOCOL_VERSION: revision = "2025-11-25",
  MCP_CONFORMANCE_CONTEXT: context = "{}",
} = process.env;
const serverUrl = process.argv.at(-1);

const drive = scenarios[name];
if (drive === undefined) throw new Error(`There is no client for the scenario ${name}.`);
const options = { isModern: revision === "2026-07-28", context: JSON.parse(context) };

if (path === "direct") await drive(serverUrl, options);
else {
  const hub = { url: hubUrl, own: own.split(",") };
  await throughHub({ hub, path, serverUrl, name, revision }, (url) => drive(url, options));
}
process.exit(0);
