// What each client program is given and what it says: the hub's MCP endpoint and the calls to make come as
// arguments, one line of JSON goes out.

export const url = process.argv[2];
/** `[{ tool, arguments }]`, with the names of tools as the hub lists them. */
export const calls = JSON.parse(process.argv[3]);

/** The text of a tool's result, whether a framework gives the result, its content, one block or only text. */
export function textOf(result) {
  if (typeof result === "string") return result;
  const content = Array.isArray(result) ? result : (result.content ?? [result]);
  return content
    .filter(({ type }) => type === "text")
    .map(({ text }) => text)
    .join("\n");
}

/** Says which tools the client saw and what text each call gave, in the order of the calls. */
export function report({ tools, results }) {
  process.stdout.write(`${JSON.stringify({ tools, results })}\n`);
}
