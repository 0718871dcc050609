// Messages of 4 MB that hold a million empty lists, four at a time.
import { modern } from "../../gateway/mcp.mjs";
import { each, numbers } from "../stage.mjs";

const characters = 4 * 1024 * 1024 - 4_096;

export default {
  name: "many-values",
  faults: ["S16"],
  title: "four calls at a time with 4 MB of empty lists",
  async run(stage) {
    const { id } = await stage.registered("good", { era: modern });
    const values = `[${"[],".repeat(Math.floor(characters / 3))}0]`;
    const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"${modern}","io.modelcontextprotocol/clientInfo":{"name":"a","version":"1"},"io.modelcontextprotocol/clientCapabilities":{}}`;
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${id}__echo","arguments":{"values":${values}},${meta}}}`;
    const headers = {
      "MCP-Protocol-Version": modern,
      "Mcp-Method": "tools/call",
      "Mcp-Name": `${id}__echo`,
    };
    const count = stage.scale(40, 8);
    let taken = 0;
    const cpu = stage.hub.cpuSeconds();
    await each(numbers(count), 4, async () => {
      const answer = await stage.post("/mcp", body, headers, { limitMs: 30_000 }).catch(() => {});
      if (answer?.body.includes('"hello"')) taken += 1;
    });
    stage.note("messages", count);
    if (stage.hub.isOwn) {
      const spent = ((stage.hub.cpuSeconds() - cpu) / count) * 1_000;
      stage.note("CPU ms for each", spent.toFixed(0));
    }
    stage.must("messages of a million values taken", taken, taken === 0);
  },
};
