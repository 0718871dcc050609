// Clients that ask for long answers and read nothing of them. The answers are longer than what the kernel
// takes off the hub's hands.
import { Connection } from "../../gateway/connection.mjs";
import { legacy, requestText } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { text } from "../hostile-server.mjs";
import { each, numbers } from "../stage.mjs";

const answerBytes = 6_000_000;

export default {
  name: "silent-readers",
  faults: ["S18"],
  title: "200 clients that do not read the 6 MB they asked for",
  async run(stage) {
    const result = JSON.stringify(text("y".repeat(answerBytes)));
    const { id } = await stage.registered("long", {
      era: legacy,
      on: { "tools/call": () => result },
    });
    const path = `/mcp?servers=${id}`;
    const target = { port: stage.hub.port, path, era: legacy };
    const params = { name: `${id}__echo`, arguments: {} };
    const clients = stage.scale(200, 50);
    await each(numbers(clients), 8, async () => {
      const session = await stage.session(path).catch(() => undefined);
      if (session === undefined) return;
      const connection = await Connection.open(stage.hub.port);
      stage.onClose(() => connection.close());
      connection.pause();
      const request = { id: 1, method: "tools/call", params, session };
      connection.send(requestText(target, request)).catch(() => undefined);
    });
    await sleep(stage.scale(10_000, 1_500));
    stage.note("clients", clients);
    const session = await stage.session("/mcp");
    const { status } = await stage.call("/mcp", legacy, "tools/list", {}, { session });
    stage.must("a client that reads gets its answer", status, status === 200);
  },
};
