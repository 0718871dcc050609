// A stdio server of the 2025 revision for `hub-register`: it asks and logs while several clients call it,
// writes a long line, and says which secrets it was given.
import { createInterface } from "node:readline";

const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const text = (value) => ({ content: [{ type: "text", text: String(value) }] });
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const asked = new Map();
let questions = 0;

const calls = {
  echo: (given) => given.text ?? "hello",
  wait: async ({ ms }) => {
    await sleep(ms);
    return "waited";
  },
  /** Asks and logs in the name of `who`, when the other calls have come. */
  ask: async ({ who, ms }) => {
    await sleep(ms);
    send({ method: "notifications/message", params: { level: "error", data: `log for ${who}` } });
    const requestedSchema = { type: "object", properties: { word: { type: "string" } } };
    const params = { message: `question for ${who}`, requestedSchema };
    questions += 1;
    const id = `question-${questions}-for-${who}`;
    return new Promise((resolve) => {
      asked.set(id, (message) => resolve(message.result?.content?.word ?? "nobody answered"));
      send({ id, method: "elicitation/create", params });
    });
  },
  long: ({ bytes }) => "x".repeat(bytes),
  secrets: () =>
    Object.keys(process.env)
      .filter((name) => /^MCP_HUB_(TOKEN|SERVICE_KEY)$/.test(name))
      .join(","),
};

const handlers = {
  initialize: () => ({
    protocolVersion: "2025-11-25",
    capabilities: { tools: {}, logging: {} },
    serverInfo: { name: "attack", version: "1.0.0" },
  }),
  "logging/setLevel": () => ({}),
  ping: () => ({}),
  "tools/list": () => ({
    tools: Object.keys(calls).map((name) => ({ name, inputSchema: { type: "object" } })),
  }),
  "tools/call": async ({ name, arguments: given }) => text(await calls[name](given ?? {})),
};

createInterface({ input: process.stdin }).on("line", async (line) => {
  const message = JSON.parse(line);
  if (message.method === undefined) asked.get(message.id)?.(message);
  else if (message.id !== undefined && handlers[message.method] !== undefined)
    send({ id: message.id, result: await handlers[message.method](message.params) });
});
