// Who subscribes to nothing, or to the beginning of others' URIs, must not hear of others' resources.
import { legacy, modern, requestText } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { Events } from "../hostile-server.mjs";

const uri = "note://alice/diary";
const prefixes = ["", "note:", "note://", "note://alice", "note://alice/", "note://alice/diar"];

export default {
  name: "subscriptions",
  faults: ["S12"],
  title: "subscriptions to prefixes of others' resources",
  isLight: true,
  async run(stage) {
    const streams = new Set();
    const { id } = await stage.registered("notes", {
      era: legacy,
      capabilities: { resources: { subscribe: true, listChanged: true } },
      on: {
        "resources/list": () => ({ resources: [{ uri, name: "diary" }] }),
        "resources/subscribe": () => ({}),
        "resources/unsubscribe": () => ({}),
        GET: ({ response }) => {
          const events = new Events(response);
          streams.add(events);
          response.once("close", () => streams.delete(events));
        },
      },
    });
    const path = `/mcp?servers=${id}`;
    const heard = { alice: "", mallory: "" };
    const subscribe = (session, resource) =>
      stage.call(path, legacy, "resources/subscribe", { uri: resource }, { session });
    for (const [who, wishes] of [
      ["alice", [uri]],
      ["mallory", prefixes],
    ]) {
      const session = await stage.session(path);
      await stage.listen(path, session, (piece) => {
        heard[who] += piece;
      });
      for (const resource of wishes) await subscribe(session, resource);
    }
    const notifications = { resourceSubscriptions: prefixes };
    const request = { id: 1, method: "subscriptions/listen", params: { notifications } };
    const target = { port: stage.hub.port, path, era: modern };
    await stage.stream(requestText(target, request), (piece) => {
      heard.mallory += piece;
    });
    const update = { method: "notifications/resources/updated", params: { uri } };
    await stage.until("Alice hears of her own", 10_000, async () => {
      for (const events of streams) events.send(update);
      await sleep(100);
      return heard.alice.includes(`"uri":"${uri}"`);
    });
    await sleep(200);
    const foreign = heard.mallory.split(`"uri":"${uri}"`).length - 1;
    stage.must("foreign updates heard", foreign, foreign === 0);
  },
};
