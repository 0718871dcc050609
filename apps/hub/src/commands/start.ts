import { resolve } from "node:path";
import { defineCommand } from "../command-line/command.js";
import { exitCodes } from "../command-line/exit-codes.js";
import {
  boundYoungGeneration,
  collectBuffersSooner,
  collectLargeObjectsSooner,
  collectSooner,
  holdYoungGeneration,
} from "../garbage-collection.js";

import { RunBeside } from "../run-file/run-beside.js";

/** So long after it listens a hub still starts: it probes what it knows. */
const startsForMs = 5_000;

export const command = defineCommand({
  options: {
    "accept-data-loss": {
      summary: "start although data is missing that an earlier hub has acknowledged",
    },
    with: {
      summary: "also serve every server in this file of an MCP client, as `mcp-hub run` does",
      value: "file",
      completes: "files",
    },
  },
  readsSettings: true,
  isService: true,
  details: [
    "`mcp-hub` alone does the same; in a clone: npm start -- [options]",
    [
      "Everything else is set in the environment. The most important settings:",
      "",
      "  MCP_HUB_PORT         port to listen on (default: 8001)",
      "  MCP_HUB_DATA_DIR     directory for the data (default: ./data)",
      "  LOG_LEVEL            silent, fatal, error, warn, info, debug or trace (default: info)",
      "  LOG_FORMAT           pretty or json (default: pretty on a terminal); --json means json",
      "",
      "All settings, with their ranges: docs/reference/settings.md",
    ].join("\n"),
  ],
  async run({ environment, folder, interrupted, output, endProcess }, { options }) {
    // Loading the program leaves much behind that is no measure for what running it needs.
    holdYoungGeneration();
    const collectAsUsual = collectSooner(20);
    const { runHub } = await import("../run.js");
    const { webUi } = await import("@hub/ui");
    boundYoungGeneration(8 * 1024 * 1024);
    const beside = new RunBeside(
      options.with === undefined ? undefined : resolve(folder, options.with),
      interrupted,
    );
    await beside.check();
    const format = output.isJson ? "json" : environment.LOG_FORMAT;
    const hasJsonLog = format === "json" || (format !== "pretty" && !output.isTerminal);
    const isStopped = await runHub({
      env: output.isJson ? { ...environment, LOG_FORMAT: "json" } : environment,
      acceptDataLoss: options["accept-data-loss"],
      webUi: webUi(),
      stopped: beside.stopped,
      endProcess,
      onReceived: collectBuffersSooner(16 * 1024 * 1024),
      onStarted(url) {
        setTimeout(() => {
          collectAsUsual();
          collectLargeObjectsSooner(16 * 1024 * 1024, 40);
        }, startsForMs).unref();
        return beside.start(url, hasJsonLog);
      },
    });
    return isStopped ? exitCodes.ok : exitCodes.failed;
  },
});
