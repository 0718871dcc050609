import { query } from "@anthropic-ai/claude-agent-sdk";
import { configured, isDirect, report, url } from "./report.mjs";

const options = await configured({ mcpServers: { hub: { type: "http", url } } }, (hub, selection) =>
  hub.toClaudeAgentSdk(selection),
);

/** Nothing is said to a model, so only what it connects to and lists can be seen. */
let endPrompt;
async function* silence() {
  await new Promise((resolve) => {
    endPrompt = resolve;
  });
}

const session = query({
  prompt: silence(),
  options: { ...options, env: { ...process.env, ANTHROPIC_API_KEY: "none" } },
});
let servers;
do {
  servers = await session.mcpServerStatus();
  await new Promise((resolve) => setTimeout(resolve, 200));
} while (servers.some(({ status }) => status === "pending"));
const tools = servers.flatMap(({ name: server, tools: own = [] }) =>
  own.map(({ name }) => (isDirect ? `${server} ${name}` : name)),
);
report({ tools, results: [] });
endPrompt();
process.exit(0);
