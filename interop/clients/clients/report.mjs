// What each client program is given and what it says: the hub's MCP endpoint and the calls to make come as
// arguments, one line of JSON goes out.
import { HubClient } from "@hub/client";

export const url = process.argv[2];
/**
 * `[{ server, tool, arguments }]`, with the names of tools as their servers call them; `name` is that of the
 * hub.
 */
export const calls = JSON.parse(process.argv[3]);

/** How the client is told where to connect: by hand, or with the data that the adapter gives. */
const way = process.env.HUB_WAY ?? "by hand";
const servers = process.env.HUB_SERVERS?.split(",");
const hub = new HubClient({ url: process.env.HUB_URL });
export const isDirect = way === "direct";

/** What the framework's constructor is given: `byHand`, or what the adapter says for this way. */
export function configured(byHand, adapter) {
  if (way === "by hand") return byHand;
  return adapter(hub, isDirect ? { servers, via: "direct" } : {});
}

/** The name that a tool has here; directly, `prefixed` says how the framework puts the server before it. */
export function nameOf({ server, tool, name }, prefixed) {
  return isDirect ? prefixed(server, tool) : name;
}

/** The text of a tool's result, whether a framework gives the result, its content, one block or only text. */
export function textOf(result) {
  if (typeof result === "string") return result;
  // Of structured content, one gives the object alone.
  const isData =
    !Array.isArray(result) && result.content === undefined && result.text === undefined;
  if (isData) return JSON.stringify(result);
  const content = Array.isArray(result) ? result : (result.content ?? [result]);
  return content
    .filter(({ text }) => text !== undefined)
    .map(({ text }) => text)
    .join("\n");
}

/** Says which tools the client saw and what text each call gave, in the order of the calls. */
export function report({ tools, results }) {
  process.stdout.write(`${JSON.stringify({ tools, results })}\n`);
}
