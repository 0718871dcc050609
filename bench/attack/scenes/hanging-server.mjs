// Hundreds of modern calls to a 2025 server that takes connections and answers nothing.
import { Connection } from "../../gateway/connection.mjs";
import { legacy, modern, requestText } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { mcp } from "../hostile-server.mjs";
import { each, numbers } from "../stage.mjs";

const mostConnections = 64;

export default {
  name: "hanging-server",
  faults: ["S19"],
  title: "600 modern calls to a 2025 server that hangs",
  isLight: true,
  async run(stage) {
    let hangs = false;
    const answers = mcp({ era: legacy });
    const server = await stage.serve((request, response) => {
      if (hangs) request.resume();
      else answers(request, response);
    });
    const { id } = await stage.register("hangs", server.url);
    hangs = true;
    const target = { port: stage.hub.port, path: `/servers/${id}/mcp`, era: modern };
    const params = { name: "echo", arguments: {} };
    const request = requestText(target, { id: 1, method: "tools/call", params });
    const calls = stage.scale(600, 200);
    let most = 0;
    const look = () => {
      most = Math.max(most, server.connections());
    };
    const timer = setInterval(look, 20);
    stage.onClose(() => clearInterval(timer));
    await each(numbers(calls), 16, async () => {
      const connection = await Connection.open(stage.hub.port);
      stage.onClose(() => connection.close());
      connection.send(request).catch(() => undefined);
    });
    await sleep(stage.scale(3_000, 1_000));
    look();
    stage.note("calls", calls);
    stage.must(
      `connections to the server (at most ${mostConnections})`,
      most,
      most <= mostConnections,
    );
  },
};
