// A server that gives out session ids of 12 KB, ten thousand of them, through its pass-through.
import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "../../gateway/connection.mjs";
import { legacy, requestText } from "../../gateway/mcp.mjs";
import { each, numbers } from "../stage.mjs";

const idCharacters = 12_000;
const mostKeptMb = 100;

export default {
  name: "long-session-ids",
  faults: ["S22"],
  title: "10,000 session ids of 12 KB",
  async run(stage) {
    let given = 0;
    const clientInfo = { name: "attacker", version: "1" };
    const filler = "s".repeat(idCharacters);
    const { id } = await stage.registered("long ids", {
      era: legacy,
      on: {
        initialize: ({ message, response }) => {
          given += 1;
          // The hub's own probes get short ones: a server that nobody can call is not up.
          const isOurs = message.params.clientInfo.name === clientInfo.name;
          response.setHeader("mcp-session-id", isOurs ? `${given}-${filler}` : `${given}`);
          return {
            protocolVersion: message.params.protocolVersion,
            capabilities: { tools: {} },
            serverInfo: { name: "long", version: "1" },
          };
        },
      },
    });
    const before = await stage.hub.memoryMb();
    const target = { port: stage.hub.port, path: `/servers/${id}/mcp`, era: legacy };
    const params = {
      protocolVersion: legacy,
      capabilities: {},
      clientInfo,
    };
    const request = requestText(target, { id: 1, method: "initialize", params });
    const count = stage.scale(10_000, 1_000);
    await each(numbers(4), 4, async () => {
      const connection = await Connection.open(stage.hub.port);
      for (let sent = 0; sent < count / 4; sent += 1) await connection.send(request);
      connection.close();
    });
    await sleep(stage.scale(3_000, 200));
    const kept = (await stage.hub.memoryMb()) - before;
    stage.note("session ids", count);
    const what = `MB more afterwards (at most ${mostKeptMb})`;
    stage.must(what, kept.toFixed(0), kept <= mostKeptMb);
  },
};
