import { resolve } from "node:path";
import { hubConnection } from "@hub/api/config";
import { runBridge, type TokenSource, tokenInFile, tokenSource } from "@hub/server/stdio-bridge";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { safeLine } from "../command-line/safe-text.js";
import { selectionOf, selectionOptions } from "../command-line/selection.js";

/** A file that is named and of no use is said at once, and not in an answer to the client. */
function tokenIn(file: string, folder: string): TokenSource {
  const source = tokenInFile(resolve(folder, file), "--token-file");
  try {
    source();
  } catch (error) {
    throw new CommandError("usage", `${error instanceof Error ? error.message : error}.`);
  }
  return source;
}

export const command = defineCommand({
  isService: true,
  options: {
    ...selectionOptions,
    wait: {
      summary: "how long a request waits for a hub that is away, in seconds (default: 30)",
      value: "seconds",
      number: { least: 0, most: 3_600 },
    },
    "token-file": {
      summary:
        "a file with the token, read for each request (default: MCP_HUB_TOKEN, else MCP_HUB_TOKEN_FILE)",
      value: "path",
      completes: "files",
    },
  },
  details: [
    "For clients that only start commands: a client starts it, and it carries the client's messages to the hub and back, in every revision of MCP. It ends when the client closes its end.",
    "Only protocol goes to stdout, and a line for people to stderr. A hub that is away is waited for; then the client's request gets an error that says so, and the next one is tried again.",
  ],
  examples: [
    "stdio",
    "stdio --server weather --server tickets",
    "stdio --hub https://hub.example.com --mode search",
  ],
  async run({ environment, folder, hubUrl, interrupted }, { options }) {
    const selection = selectionOf(options);
    const file = options["token-file"];
    const token =
      file === undefined
        ? tokenSource(
            environment.MCP_HUB_TOKEN || undefined,
            environment.MCP_HUB_TOKEN_FILE || undefined,
          )
        : tokenIn(file, folder);
    await runBridge({
      url: new URL(hubConnection(hubUrl(), selection).url),
      token,
      ...(options.wait === undefined ? {} : { waitMs: options.wait * 1_000 }),
      input: process.stdin,
      output: process.stdout,
      note: (text) => process.stderr.write(`mcp-hub stdio: ${safeLine(text)}\n`),
      stopped: interrupted,
    });
    // Its own stdin may be open still, when a signal ended it.
    process.exit(0);
  },
});
