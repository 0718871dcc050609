// A server whose list of 3.5 MB is another one each time, and which says so as often as it can.
import { modern } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { Events, longList } from "../hostile-server.mjs";

const mostMbInAnHour = 64;
const mostAnswerMb = 16;
const tellEveryMs = 50;

function flapping() {
  const lists = ["one", "two"].map((mark) => longList({ tools: 700, bytesEach: 5_000, mark }));
  let reads = 0;
  const server = {
    era: modern,
    capabilities: { tools: { listChanged: true } },
    on: {
      "subscriptions/listen": ({ message, response }) => {
        const events = new Events(response);
        const params = { _meta: { "io.modelcontextprotocol/subscriptionId": message.id } };
        const acknowledged = "notifications/subscriptions/acknowledged";
        events.send({ method: acknowledged, params: { ...params, notifications: {} } });
        const timer = setInterval(() => {
          events.send({ method: "notifications/tools/list_changed", params });
        }, tellEveryMs);
        response.once("close", () => clearInterval(timer));
      },
      "tools/list": () => {
        reads += 1;
        return lists[reads % 2];
      },
    },
  };
  return { server, reads: () => reads };
}

export default {
  name: "flapping-list",
  faults: ["S4"],
  title: "a tool list of 3.5 MB that flips",
  async run(stage) {
    const { hub } = stage;
    const { server, reads } = flapping();
    const atFirst = hub.diskMb();
    const { id } = await stage.registered("flaps", server);
    const [firstMs, thenMs] = stage.scale([60_000, 20_000], [3_000, 0]);
    await sleep(firstMs);
    const afterFirst = hub.diskMb();
    await sleep(thenMs);
    stage.note("lists read", reads());
    if (hub.isOwn) {
      const first = afterFirst - atFirst;
      const rate = thenMs === 0 ? 0 : (hub.diskMb() - afterFirst) / thenMs;
      const inAnHour = first + Math.max(0, rate) * (3_600_000 - firstMs);
      const what = thenMs === 0 ? "MB of disk so far" : "MB of disk in an hour";
      stage.must(
        `${what} (at most ${mostMbInAnHour})`,
        inAnHour.toFixed(0),
        inAnHour <= mostMbInAnHour,
      );
    }
    const began = performance.now();
    const path = `/servers/${id}/changes`;
    const answer = await stage.rest("GET", path, { limitMs: 30_000 }).catch(() => undefined);
    const megabytes = (answer?.body.length ?? 0) / 1024 / 1024;
    stage.note("seconds for its changes", ((performance.now() - began) / 1_000).toFixed(1));
    stage.must(
      `MB of one page of its changes (at most ${mostAnswerMb})`,
      answer?.status === 200 ? megabytes.toFixed(1) : "no answer",
      answer?.status === 200 && megabytes <= mostAnswerMb,
    );
  },
};
