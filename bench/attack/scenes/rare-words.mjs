// Servers whose descriptions are nothing but words that nobody else has, and then the first search.
import { modern } from "../../gateway/mcp.mjs";
import { numbers } from "../stage.mjs";

const toolsEach = 990;
const charactersEach = 4_000;

function rareWords(server) {
  const tools = numbers(toolsEach).map((tool) => {
    const words = [];
    for (let index = 0, length = 0; length < charactersEach; index += 1) {
      const word = `q${server.toString(36)}z${(tool * 1_000 + index).toString(36)}x`;
      words.push(word);
      length += word.length + 1;
    }
    return {
      name: `t${tool}`,
      description: words.join(" "),
      inputSchema: { type: "object" },
    };
  });
  return JSON.stringify({ tools, ttlMs: 60_000, cacheScope: "public", resultType: "complete" });
}

export default {
  name: "rare-words",
  faults: ["S13"],
  title: "tools that describe themselves in rare words, and the first search",
  async run(stage) {
    const servers = stage.scale(5, 2);
    const cpu = stage.hub.cpuSeconds();
    for (const server of numbers(servers)) {
      const list = rareWords(server);
      await stage.registered("rare", { era: modern, on: { "tools/list": () => list } });
    }
    const began = performance.now();
    const found = await stage.rest("GET", "/tools?q=bystander%20echo", { limitMs: 60_000 });
    stage.note("servers", servers);
    stage.note("seconds for the first search", ((performance.now() - began) / 1_000).toFixed(1));
    if (stage.hub.isOwn) stage.note("CPU seconds", (stage.hub.cpuSeconds() - cpu).toFixed(1));
    const isFound = found.status === 200 && found.body.includes("bystander");
    stage.must("the good server's tool is found", isFound ? "yes" : "no", isFound);
  },
};
