// Sessions whose clients describe themselves in 60 KB of small pieces.
import { Connection } from "../../gateway/connection.mjs";
import { legacy, requestText } from "../../gateway/mcp.mjs";
import { each, numbers } from "../stage.mjs";

const characters = 60_000;

export default {
  name: "long-identities",
  faults: ["S19"],
  title: "2,000 sessions with identities of 60 KB",
  async run(stage) {
    const count = stage.scale(2_000, 440);
    const experimental = {};
    for (let index = 0, length = 0; length < characters - 1_000; index += 1) {
      experimental[`k${index}`] = {};
      length += `"k${index}":{},`.length;
    }
    const params = {
      protocolVersion: legacy,
      capabilities: { experimental },
      clientInfo: { name: "long", version: "1" },
    };
    const target = { port: stage.hub.port, path: "/mcp", era: legacy };
    const request = Buffer.from(requestText(target, { id: 1, method: "initialize", params }));
    let refused = 0;
    await each(numbers(8), 8, async () => {
      let connection = await Connection.open(stage.hub.port);
      for (let sent = 0; sent < count / 8; sent += 1) {
        try {
          const { status, head } = await connection.send(request);
          const session = /\r\nmcp-session-id: *([^\r]+)/i.exec(head)?.[1];
          if (status !== 200) refused += 1;
          else if (session !== undefined) stage.leave("/mcp", session);
        } catch {
          refused += 1;
          connection.close();
          connection = await Connection.open(stage.hub.port);
        }
      }
      connection.close();
    });
    stage.note("sessions asked for", count);
    stage.note("refused", refused);
    const session = await stage.session("/mcp").catch(() => undefined);
    stage.note("one more", session === undefined ? "refused" : "opened");
  },
};
