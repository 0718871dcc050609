// Two modern servers share a URI, so the hub reads their answers; a log record in the middle of a call holds
// the call's id. The result must still be the result.
import { modern } from "../../gateway/mcp.mjs";
import { Events, text } from "../hostile-server.mjs";
import { numbers, textOf } from "../stage.mjs";

const resources = [{ uri: "note://shared", name: "shared" }];
/** What a record holds, given the id as JSON. */
const records = [
  (id) => `{"id":${id},"row":1}`,
  (id) => `{"rows":[{"id":${id}}]}`,
  (id) => `{"jsonrpc":"2.0","id":${id},"result":{"content":[]}}`,
  (id) => `{"result":{},"id":${id}}`,
  (id) => `"\\"id\\":${id.replaceAll('"', '\\"')},"`,
];

const server = {
  era: modern,
  capabilities: { tools: {}, resources: {}, logging: {} },
  on: {
    "resources/list": () => ({ resources }),
    "tools/call": ({ message, response }) => {
      const events = new Events(response);
      const id = JSON.stringify(message.id);
      const record = records[message.params.arguments.record](id);
      const before = `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":${record}}}`;
      response.write(`data: ${before}\n\n`);
      events.end({
        id: message.id,
        result: { ...text("the true result"), resultType: "complete" },
      });
    },
  },
};

export default {
  name: "id-in-a-log",
  faults: ["S10"],
  title: "a log record that holds the id of the call",
  isLight: true,
  async run(stage) {
    const one = await stage.registered("one", server);
    const other = await stage.registered("other", server);
    let wrong = 0;
    let calls = 0;
    // The hub reads the answers of the one whose URI it had to change.
    for (const id of [one.id, other.id])
      for (const rpcId of [7, "seven", 0])
        for (const record of numbers(records.length)) {
          const name = `${id}__echo`;
          const params = { name, arguments: { record } };
          const { message } = await stage.call("/mcp", modern, "tools/call", params, { id: rpcId });
          calls += 1;
          if (textOf(message) !== "the true result") wrong += 1;
        }
    stage.note("calls", calls);
    stage.must("wrong answers", wrong, wrong === 0);
  },
};
