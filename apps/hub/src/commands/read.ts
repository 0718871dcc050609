import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { everyPage } from "@hub/client";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { findServer } from "../command-line/find-server.js";
import { toned } from "../command-line/styled.js";
import { table } from "../command-line/table.js";
import { firstSentence } from "../command-line/words.js";

const textIn = (value: unknown) => (typeof value === "string" ? value : undefined);

export const command = defineCommand({
  args: {
    server: { summary: "the id or the name of a server", completes: "servers" },
    uri: { summary: "the URI of a resource (default: list them)", isOptional: true },
  },
  options: {
    output: { summary: "write it to this file", value: "file", short: "o", completes: "files" },
  },
  details: ["What is binary is written to a file or a pipe, and never to a terminal."],
  examples: ["read docs", "read docs docs://readme", "read docs docs://logo --output logo.png"],
  async run(context, { args, options }) {
    const { folder, hub, interrupted, output } = context;
    const client = await hub();
    const { id } = await findServer(client, args.server, context);
    const { uri } = args;
    if (uri === undefined) {
      const pages = await everyPage(client, (cursor) =>
        client.serverResources(id, { cursor }, interrupted),
      );
      const resources = pages.flatMap((page) => page.resources);
      const resourceTemplates = pages.flatMap((page) => page.resourceTemplates);
      if (resources.length + resourceTemplates.length === 0)
        output.note(`${id} offers no resources.`);
      output.answer({ resources, resourceTemplates }, () =>
        resources.length + resourceTemplates.length === 0
          ? []
          : table(
              [{ title: "URI", keeps: 24 }, { title: "TYPE" }, { title: "WHAT IT IS", keeps: 20 }],
              [...resources, ...resourceTemplates].map((one) => [
                toned(textIn("uri" in one ? one.uri : one.uriTemplate) ?? "", "strong"),
                textIn(one.mimeType) ?? "",
                firstSentence(textIn(one.description) ?? textIn(one.title) ?? textIn(one.name)),
              ]),
              output.columns,
            ),
      );
      return;
    }
    const { readResource, withServer } = await import("../command-line/connection.js");
    const result = await withServer(context, id, (mcp) => readResource(mcp, uri, interrupted));
    const parts = result.contents.map((part) =>
      "blob" in part && typeof part.blob === "string"
        ? Buffer.from(part.blob, "base64")
        : (textIn("text" in part ? part.text : undefined) ?? ""),
    );
    if (options.output !== undefined) {
      const path = resolve(folder, options.output);
      const bytes = Buffer.concat(parts.map((part) => Buffer.from(part)));
      await writeFile(path, bytes).catch((error: Error) => {
        throw new CommandError("failed", `${path} cannot be written: ${error.message}.`);
      });
      output.answer({ uri, file: path, bytes: bytes.length }, () => [
        `Wrote ${bytes.length} bytes to ${path}.`,
      ]);
      return;
    }
    if (output.isJson) {
      output.answer(result, () => []);
      return;
    }
    for (const part of parts) {
      if (typeof part === "string") output.text(part);
      else if (output.isTerminal)
        throw new CommandError(
          "usage",
          `${uri} is ${part.length} bytes that are no text. Give --output <file>, or pipe them to a program.`,
        );
      else output.bytes(part);
    }
  },
});
