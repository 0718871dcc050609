// Two thousand streams that are only open, against heartbeats, registrations and health, each on a new connection.
import { Connection } from "../../gateway/connection.mjs";
import { modern, requestText } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { each, numbers } from "../stage.mjs";

const streams = 2_000;

export default {
  name: "many-streams",
  faults: ["S17"],
  title: "2,000 streams against heartbeats, registrations and health",
  async run(stage) {
    const { port } = stage.hub;
    const { lease } = await stage.registered("beats", { era: modern });
    const target = { port, path: "/mcp", era: modern };
    const events = `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: text/event-stream\r\n\r\n`;
    const params = { notifications: { toolsListChanged: true } };
    const listen = requestText(target, { id: 1, method: "subscriptions/listen", params });
    let opened = 0;
    await each(numbers(streams), 16, async (number) => {
      const connection = await Connection.open(port).catch(() => undefined);
      if (connection === undefined) return;
      stage.onClose(() => connection.close());
      connection.send(number % 2 === 0 ? events : listen, () => undefined).catch(() => undefined);
      opened += 1;
    });
    await sleep(stage.scale(1_000, 300));
    stage.note("connections opened", opened);
    const limitMs = 5_000;
    const body = { name: stage.name("late"), transport: "streamable-http" };
    const asks = {
      heartbeats: () => stage.rest("PUT", `/leases/${lease}`, { limitMs }),
      registrations: () =>
        stage.rest("POST", "/register", {
          limitMs,
          body: { ...body, endpoint: "http://127.0.0.1:9/mcp", lease: { ttlMs: 60_000 } },
        }),
      "health checks": () => stage.rest("GET", "/readyz", { limitMs }),
    };
    for (const [what, ask] of Object.entries(asks)) {
      const answers = await Promise.all(numbers(3).map(() => ask().catch(() => undefined)));
      const good = answers.filter((answer) => answer !== undefined && answer.status < 300).length;
      if (what === "registrations") {
        const { json } = answers.find((answer) => answer?.json?.lease !== undefined) ?? {};
        stage.onClose(() => json && stage.rest("DELETE", `/leases/${json.lease.id}`));
      }
      stage.must(`${what} of 3 that were answered`, good, good === 3);
    }
  },
};
