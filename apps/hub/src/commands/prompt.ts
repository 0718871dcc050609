import { everyPage } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { contentText } from "../command-line/content.js";
import { findServer } from "../command-line/find-server.js";
import { nearestAdvice } from "../command-line/nearest.js";
import { toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";
import { parseJsonObject } from "../command-line/tool-arguments.js";
import { isObject } from "../command-line/tool-schema.js";
import { firstSentence } from "../command-line/words.js";

const textIn = (value: unknown) => (typeof value === "string" ? value : undefined);

/** What a prompt takes, those that it needs first marked: `city, days?`. */
function signature(declared: unknown): string {
  const list: readonly unknown[] = Array.isArray(declared) ? declared : [];
  return list
    .flatMap((one) => (isObject(one) ? [`${one.name}${one.required === true ? "" : "?"}`] : []))
    .join(", ");
}

/** The arguments of a prompt are texts. */
function readArguments(words: readonly string[]): Record<string, string> {
  const [first] = words;
  if (words.length === 1 && first?.startsWith("{")) {
    const entries = Object.entries(parseJsonObject(first, "The argument"));
    return Object.fromEntries(
      entries.map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    );
  }
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf("=");
      if (equals > 0) return [word.slice(0, equals), word.slice(equals + 1)];
      throw new CommandError(
        "usage",
        `${JSON.stringify(word)} is no argument: write key=value, or one JSON object.`,
      );
    }),
  );
}

export const command = defineCommand({
  args: {
    server: { summary: "the id or the name of a server", completes: "servers" },
    prompt: { summary: "the name of a prompt (default: list them)", isOptional: true },
    argument: {
      summary: "key=value, or one JSON object",
      isOptional: true,
      isRepeatable: true,
    },
  },
  examples: ["prompt writer", "prompt writer summarize length=short"],
  async run(context, { args }) {
    const { hub, interrupted, output } = context;
    const client = await hub();
    const { id } = await findServer(client, args.server, context);
    const { prompt } = args;
    const pages = await everyPage(client, (cursor) =>
      client.serverPrompts(id, { cursor }, interrupted),
    );
    const prompts = pages.flatMap((page) => page.prompts);
    if (prompt === undefined) {
      if (prompts.length === 0) output.note(`${id} offers no prompts.`);
      output.answer({ prompts }, () =>
        prompts.length === 0
          ? []
          : table(
              [
                { title: "PROMPT", keeps: 16 },
                { title: "TAKES" },
                { title: "WHAT IT IS", keeps: 20 },
              ],
              prompts.map((one) => [
                toned(one.name, "strong"),
                signature(one.arguments),
                firstSentence(textIn(one.description) ?? textIn(one.title)),
              ]),
              output.columns,
            ),
      );
      return;
    }
    const names = prompts.map(({ name }) => name);
    if (pages[0]?.snapshot !== null && !names.includes(prompt)) {
      const advice = nearestAdvice(prompt, names, `mcp-hub prompt ${id} lists what it has`);
      throw new CommandError(
        "notFound",
        `${id} has no prompt ${JSON.stringify(prompt)}. ${advice}`,
        {
          code: "PROMPT_NOT_FOUND",
        },
      );
    }
    const given = readArguments(args.argument);
    const { withServer } = await import("../command-line/connection.js");
    const result = await withServer(context, id, (mcp) =>
      mcp.getPrompt({ name: prompt, arguments: given }, { signal: interrupted }),
    );
    if (output.isJson) output.answer(result, () => []);
    else
      output.text(
        result.messages
          .map(({ role, content }) => `${role}:\n${contentText(content)}`)
          .join("\n\n"),
      );
  },
});
