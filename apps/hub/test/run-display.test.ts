import type { ServerState } from "@hub/register/run";
import { expect, test } from "vitest";
import { Output } from "../src/command-line/output.js";
import { RunDisplay } from "../src/run-file/run-display.js";
import { KeptStream } from "./support/in-process.js";

const state = (name: string, phase: ServerState["phase"]): ServerState => ({
  ...{ name, kind: "command", phase, trouble: undefined, url: undefined, hub: "starting" },
  ...{ tools: undefined, processes: 0, restarts: 0 },
});

function display(states: () => readonly ServerState[]) {
  const stdout = new KeptStream();
  const output = new Output({ stdout, stderr: stdout, isJson: false, environment: {} });
  const shown = new RunDisplay({ output, title: "", isPlain: true, states, rows: () => 24 });
  return { shown, stdout };
}

test("the table comes once, when all servers of the file are known and none is starting", () => {
  let states: readonly ServerState[] = [];
  const { shown, stdout } = display(() => states);
  // Told of while the file is being read.
  shown.onState(state("off", "disabled"));
  expect(stdout.text).toContain("off is disabled");
  expect(stdout.text).not.toContain("of 0 servers");
  states = [state("off", "disabled"), state("one", "starting")];
  shown.onRead();
  expect(stdout.text).not.toContain("SERVER");
  states = [state("off", "disabled"), state("one", "up")];
  shown.onState(state("one", "up"));
  shown.onState(state("one", "up"));
  expect(stdout.text.match(/1 of 1 server up, 1 switched off/g)).toHaveLength(1);
});

test("why a server goes on starting is said once", () => {
  const trouble = "nothing answers at http://127.0.0.1:1/mcp yet (ECONNREFUSED)";
  const dead = { ...state("remote", "starting"), kind: "url", trouble } as const;
  const { shown, stdout } = display(() => [dead, state("one", "starting")]);
  shown.onState({ ...dead, trouble: undefined });
  expect(stdout.text).toBe("");
  shown.onState(dead);
  shown.onState(dead);
  expect(stdout.text).toBe(`remote is starting: ${trouble}\n`);
});

test("a file whose servers are all switched off has its table too", () => {
  const states = [state("off", "disabled")];
  const { shown, stdout } = display(() => states);
  shown.onRead();
  expect(stdout.text).toContain("0 of 0 servers up, 1 switched off");
});
