import { closeAll, LegacyUpstream, ModernClient, metaKey, sendJson, TestHub } from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const wantsLogs = { _meta: { [metaKey("logLevel")]: "debug" } };
const news = "notifications/message";

test("what a server said on its session's stream comes before its answer, whichever connection is read first", async () => {
  const hub = await TestHub.start();
  const upstream = await LegacyUpstream.start({ tools: ["talks"] });
  await hub.register("one", upstream);
  let calls = 0;
  upstream.on("talks", ({ id, response }) => {
    // Both are there when the hub reads, and it reads the answer first.
    const result = { content: [{ type: "text", text: "done" }] };
    sendJson(response, 200, { jsonrpc: "2.0", id, result });
    calls += 1;
    upstream.announce(news, { level: "info", data: `call ${calls}` });
    return undefined;
  });
  const client = new ModernClient(hub.url);
  for (let made = 1; made <= 30; made += 1) {
    const { response, messages } = await client.call("one__talks", {}, wantsLogs).done;
    expect(response.result).toMatchObject({ content: [{ text: "done" }] });
    const logs = messages.filter(({ method }) => method === news);
    expect(logs.map(({ params }) => params?.data)).toEqual([`call ${made}`]);
  }
});
