// Clients that ask for long answers and read nothing of them, by each way that an answer takes: of servers of
// both eras, as JSON and as a stream, by clients of both. The answers are longer than what the kernel takes
// off the hub's hands.
import { Connection } from "../../gateway/connection.mjs";
import { legacy, modern, requestText } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { Events, text } from "../hostile-server.mjs";
import { each, numbers } from "../stage.mjs";

const answerBytes = 6_000_000;
const result = JSON.stringify(text("y".repeat(answerBytes)));

/** Calls that reached a server. */
let reached = 0;

function asJson() {
  reached += 1;
  return result;
}

function asStream({ message, response }) {
  reached += 1;
  new Events(response).end({ id: message.id, result: JSON.parse(result) });
}

const servers = [
  { label: "long json", era: legacy, answer: asJson },
  { label: "long stream", era: legacy, answer: asStream },
  { label: "long modern", era: modern, answer: asJson },
  { label: "long modern stream", era: modern, answer: asStream },
];

export default {
  name: "silent-readers",
  faults: ["S18"],
  title: "200 clients that do not read the 6 MB they asked for",
  async run(stage) {
    const registered = [];
    for (const { label, era, answer } of servers)
      registered.push(await stage.registered(label, { era, on: { "tools/call": answer } }));
    const ways = registered.flatMap(({ id }) => [
      { id, era: legacy },
      { id, era: modern },
    ]);
    const clients = stage.scale(200, 50);
    reached = 0;
    await each(numbers(clients), 8, async (number) => {
      const { id, era } = ways[number % ways.length];
      const path = `/mcp?servers=${id}`;
      const session = era === legacy ? await stage.session(path).catch(() => undefined) : undefined;
      if (era === legacy && session === undefined) return;
      const connection = await Connection.open(stage.hub.port);
      stage.onClose(() => connection.close());
      connection.pause();
      const params = { name: `${id}__echo`, arguments: {} };
      const request = { id: 1, method: "tools/call", params, session };
      connection.send(requestText({ port: stage.hub.port, path, era }, request)).catch(() => {});
    });
    await sleep(stage.scale(10_000, 1_500));
    stage.note("clients", clients);
    // A server takes 32 calls at a time; whoever reads nothing gives the place back.
    stage.must("calls that reached their server", reached, reached === clients);
    const session = await stage.session("/mcp");
    const { status } = await stage.call("/mcp", legacy, "tools/list", {}, { session });
    stage.must("a client that reads gets its answer", status, status === 200);
    for (const { id, era } of ways) {
      const path = `/mcp?servers=${id}`;
      const call = { name: `${id}__echo`, arguments: {} };
      const reader = era === legacy ? await stage.session(path) : undefined;
      const { body } = await stage.call(path, era, "tools/call", call, { session: reader });
      stage.must(
        `a ${era} client that reads ${id} gets it whole (MB)`,
        (body.length / 1e6).toFixed(1),
        body.length > answerBytes,
      );
    }
  },
};
