// Hundreds of sessions, each with a selection of its own, while servers change their lists one after the other.
import { legacy, modern } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { longList } from "../hostile-server.mjs";
import { each, numbers } from "../stage.mjs";

const servers = 8;
const pauseMs = 250;

export default {
  name: "many-sessions",
  faults: ["S15"],
  title: "900 sessions with 900 selections while lists change",
  async run(stage) {
    const marks = numbers(servers).map(() => 0);
    const changing = await Promise.all(
      numbers(servers).map((server) =>
        stage.registered("changes", {
          era: modern,
          on: {
            "tools/list": () => {
              const mark = `server ${server} change ${marks[server]}`;
              return longList({ tools: 50, bytesEach: 500, mark });
            },
          },
        }),
      ),
    );
    const ids = changing.map(({ id }) => id);
    const sessions = [];
    await each(numbers(stage.scale(900, 300)), 8, async (number) => {
      const path = `/mcp?servers=${[...ids, `absent-${number}`].join(",")}`;
      const session = await stage.session(path).catch(() => undefined);
      if (session !== undefined) sessions.push({ path, session });
    });
    const changes = stage.scale(24, 6);
    const cpu = stage.hub.cpuSeconds();
    for (const change of numbers(changes)) {
      const server = change % servers;
      marks[server] += 1;
      // A heartbeat with another hash says that the tools are others now.
      const body = { capabilitiesHash: `change ${change}` };
      await stage.rest("PUT", `/leases/${changing[server].lease}`, { body });
      await sleep(pauseMs);
    }
    if (stage.hub.isOwn) {
      const spent = ((stage.hub.cpuSeconds() - cpu) / changes) * 1_000;
      stage.note("CPU ms for each change", spent.toFixed(0));
    }
    let alive = 0;
    const asked = sessions.slice(-100);
    await each(asked, 8, async ({ path, session }) => {
      const { message } = await stage.call(path, legacy, "ping", {}, { session });
      if (message?.result !== undefined) alive += 1;
    });
    stage.note("sessions", sessions.length);
    const isGood = alive === asked.length && alive > 0;
    stage.must(`sessions of ${asked.length} that answer`, alive, isGood);
  },
};
