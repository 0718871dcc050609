// Hundreds of selections of servers with long lists: each one may be asked for once and never again.
import { Connection } from "../../gateway/connection.mjs";
import { modern, requestText } from "../../gateway/mcp.mjs";
import { longList } from "../hostile-server.mjs";
import { each, numbers } from "../stage.mjs";

const servers = 8;

export default {
  name: "selections",
  faults: ["S14"],
  title: "hundreds of selections of eight servers of 3.5 MB",
  async run(stage) {
    const ids = [];
    for (const number of numbers(servers)) {
      const list = longList({ tools: 700, bytesEach: 5_000, mark: `server ${number}` });
      const behaviour = { era: modern, on: { "tools/list": () => list } };
      ids.push((await stage.registered("long", behaviour)).id);
    }
    const count = stage.scale(250, 24);
    let answered = 0;
    await each(numbers(count), 4, async (number) => {
      // Every set of servers is another one.
      const chosen = ids.filter((_, index) => (number + 1) & (1 << index));
      const path = `/mcp?servers=${chosen.join(",")}`;
      const target = { port: stage.hub.port, path, era: modern };
      const connection = await Connection.open(stage.hub.port);
      await new Promise((resolve) => {
        // The first bytes say that the list was made; nobody needs the rest.
        const request = requestText(target, { id: 1, method: "tools/list" });
        connection.send(request, resolve).then(resolve, resolve);
        setTimeout(resolve, 10_000).unref();
      });
      connection.close();
      answered += 1;
    });
    stage.note("selections", answered);
  },
};
