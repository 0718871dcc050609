import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { defineCommand } from "../command-line/command.js";
import { CommandError } from "../command-line/command-error.js";
import { exitCodes } from "../command-line/exit-codes.js";

const defaultFile = "mcp.json";

export const command = defineCommand({
  args: {
    file: {
      summary: `the file of an MCP client, or one's own (default: ${defaultFile})`,
      isOptional: true,
      completes: "files",
    },
  },
  options: {
    tag: { summary: "a tag for each of its servers", value: "tag", isRepeatable: true },
    owner: { summary: "who is responsible for its servers", value: "text" },
    logs: {
      summary: "keep a log file of each server in this folder, of 2 MiB at most",
      value: "folder",
      completes: "folders",
    },
    shared: { summary: "one process for all clients of a server, for commands that hold a lock" },
    "max-processes": {
      summary: "most processes of a server at a time (default: 8)",
      value: "count",
      number: { least: 1, most: 10_000 },
    },
    "idle-ms": {
      summary: "a process that nobody used for this long ends (default: 600000)",
      value: "milliseconds",
      number: { least: 1, most: 2 ** 31 - 1 },
    },
    "no-log": { summary: "send the hub none of the last lines that a failing server printed" },
    plain: { summary: "a line for each change, also on a terminal, where a table is usual" },
    "keep-running": { summary: 'go on when the parent process ends, for nohup and "&"' },
  },
  isService: true,
  details: [
    "It reads the files of Claude Desktop, Claude Code, VS Code, Cursor, Windsurf, Codex, Gemini CLI, opencode, Zed and others, with comments. It runs every command in it, serves it over HTTP and registers it with the hub. A URL is registered as it is; one with headers or a secret in it is served as a relay, so that the hub never sees them.",
    "It follows changes of the file, and starts again what dies. The secrets stay in the file or in the environment. What VS Code would ask for is taken from MCP_INPUT_<ID>, or asked on a terminal, and not stored.",
  ],
  examples: ["run mcp.json", "run ~/.cursor/mcp.json --logs ./logs", "run mcp.json --json"],
  async run(context, { args, options }) {
    const { environment, folder, hub, hubUrl, interrupted, output, input } = context;
    const file = resolve(folder, args.file ?? defaultFile);
    await readable(file);
    const { endWithParent, serveFile } = await import("@hub/register/run");
    const { askInputs } = await import("../run-file/ask-inputs.js");
    const { watchHub } = await import("../run-file/hub-view.js");
    const { RunDisplay } = await import("../run-file/run-display.js");
    const ended = new AbortController();
    const end = () => ended.abort();
    interrupted.addEventListener("abort", end);
    process.once("SIGHUP", end);
    if (!options["keep-running"]) endWithParent(async () => end());

    const display = new RunDisplay({
      ...{ output, title: `${file} at ${hubUrl()}`, isPlain: options.plain },
      states: () => served?.states ?? [],
      // Some terminals do not say how large they are.
      rows: () => process.stdout.rows || 24,
    });
    const { shared: isShared, logs } = options;
    let served: Awaited<ReturnType<typeof serveFile>> | undefined;
    const stopWatching = watchHub(await hub(), (seen) => display.onHub(seen));
    try {
      served = await serveFile({
        ...{ file, environment, isShared, mostProcesses: options["max-processes"] },
        ...{ idleMs: options["idle-ms"], sendsLog: !options["no-log"] },
        logFolder: logs === undefined ? undefined : resolve(folder, logs),
        register: { hubUrl: hubUrl(), tags: [...options.tag], owner: options.owner },
        ...(input.isTerminal && !output.isJson
          ? {
              // Later the table is in the way, which then says what is missing.
              ask: async (questions) =>
                served === undefined ? askInputs(questions, context) : new Map(),
            }
          : {}),
        onState: (state) => display.onState(state),
        onFile: (news) => display.onFile(news),
      });
      display.onRead();
      await untilAborted(ended.signal);
    } catch (error) {
      if (error instanceof Error && served === undefined)
        throw new CommandError("failed", `${file}: ${error.message}.`, { code: "FILE_UNREADABLE" });
      throw error;
    } finally {
      stopWatching();
      display.close();
      await served?.close();
    }
    return exitCodes.ok;
  },
});

async function readable(file: string): Promise<void> {
  await readFile(file).catch((error: NodeJS.ErrnoException) => {
    const isMissing = error.code === "ENOENT";
    throw new CommandError(
      isMissing ? "notFound" : "failed",
      isMissing ? `There is no file ${file}.` : `${file} cannot be read: ${error.code}.`,
    );
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener("abort", () => done(), { once: true });
  });
}
