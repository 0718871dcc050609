// A server whose answer is one line that never ends, and one that answers honestly in 8 MB of small pieces.
// What is counted is the hub's CPU, which does not depend on how busy the machine is.
import { setImmediate as turn } from "node:timers/promises";
import { Connection } from "../../gateway/connection.mjs";
import { legacy, modern } from "../../gateway/mcp.mjs";
import { Events } from "../hostile-server.mjs";
import { textOf } from "../stage.mjs";

const megabyte = 1024 * 1024;
const pieceBytes = 2_048;
const mostCrumbMs = 1.5;

/** Answers a call with one event of so many bytes, in small pieces. */
const inPieces = (bytes) => ({
  era: legacy,
  on: {
    "tools/call": async ({ message, response }) => {
      const events = new Events(response);
      response.socket.setNoDelay(true);
      const start = `data: {"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":{"content":[{"type":"text","text":"`;
      response.write(start);
      const piece = "x".repeat(pieceBytes);
      for (let sent = 0; sent < bytes && !response.destroyed; sent += pieceBytes) {
        if (!response.write(piece)) await new Promise((go) => response.once("drain", go));
        await turn();
      }
      events.response.end('"}]}}\n\n');
    },
  },
});

/** Tells of changes in one line of so many bytes that goes on crumb by crumb, when it is told to. */
function neverEnding(bytes) {
  const line = {};
  line.stands = new Promise((resolve) => {
    line.server = {
      era: modern,
      capabilities: { tools: { listChanged: true } },
      on: {
        "subscriptions/listen": ({ response }) => {
          new Events(response).response.write(`data: ${"x".repeat(bytes)}`, resolve);
          line.crumb = () => response.write("crumb");
        },
      },
    };
  });
  return line;
}

/** CPU ms of the hub for each crumb that is added to a line of so many bytes, with one question after each. */
async function crumbCost(stage, bytes) {
  const line = neverEnding(bytes);
  await stage.registered("never ends", line.server);
  await line.stands;
  // An answer says that the hub has read what came before the question.
  const question = `GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:${stage.hub.port}\r\n\r\n`;
  const connection = await Connection.open(stage.hub.port);
  const feed = async (count) => {
    for (let crumb = 0; crumb < count; crumb += 1) {
      line.crumb();
      await turn();
      await connection.send(question);
    }
  };
  await feed(20);
  const cpu = stage.hub.cpuSeconds();
  const crumbs = stage.scale(400, 100);
  await feed(crumbs);
  connection.close();
  return ((stage.hub.cpuSeconds() - cpu) * 1_000) / crumbs;
}

export default {
  name: "endless-line",
  faults: ["S3"],
  title: "one event line without an end in crumbs, and 8 MB in pieces of 2 KB",
  async run(stage) {
    const { hub } = stage;
    const bytes = stage.scale(8, 4) * megabyte;
    const { id } = await stage.registered("in pieces", inPieces(bytes));
    const began = hub.cpuSeconds();
    const params = { name: "echo", arguments: {} };
    const { message } = await stage.call(`/servers/${id}/mcp`, modern, "tools/call", params, {
      limitMs: 120_000,
    });
    const whole = textOf(message)?.length >= bytes;
    stage.must("the honest answer arrives whole", whole ? "yes" : "no", whole);
    if (hub.isOwn) {
      const spent = hub.cpuSeconds() - began;
      const most = stage.scale(4, 1.5);
      stage.must(`CPU seconds for it (at most ${most})`, spent.toFixed(1), spent <= most);
    }
    // The bystander is served meanwhile from the same process, so it is the difference that counts.
    const short = await crumbCost(stage, 1_000);
    const long = await crumbCost(stage, 15 * megabyte);
    if (!hub.isOwn) return;
    const what = `CPU ms more for a crumb of a long line (at most ${mostCrumbMs})`;
    stage.must(what, (long - short).toFixed(1), long - short <= mostCrumbMs);
  },
};
