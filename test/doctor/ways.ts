import type { Diagnosis } from "@hub/api";
import { ModernClient } from "@hub/testing";
import type { CommandLineOptions } from "../../apps/hub/src/command-line/run-command-line.js";
import { runCommandLine } from "../../apps/hub/src/command-line/run-command-line.js";

/** What each way says, as far as all of them say it. */
export type Said = {
  readonly ok: boolean;
  readonly problems: readonly {
    readonly severity: string;
    readonly code: string;
    readonly cause: string;
    readonly fix: string;
  }[];
};

export type Way = {
  readonly name: "REST" | "page" | "agent" | "command line";
  readonly ask: (hubUrl: string, server: string) => Promise<Said>;
};

const diagnose = async (hubUrl: string, server: string, headers: Record<string, string> = {}) => {
  const response = await fetch(`${hubUrl}/diagnose`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ server }),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return (await response.json()) as Diagnosis; // as the contract says
};

export const ways: readonly Way[] = [
  { name: "REST", ask: (hubUrl, server) => diagnose(hubUrl, server) },
  {
    name: "page",
    // As the page asks: by the id, and as a browser asks for a page of the hub itself.
    ask: (hubUrl, server) =>
      diagnose(hubUrl, server, { origin: hubUrl, "sec-fetch-site": "same-origin" }),
  },
  {
    name: "agent",
    async ask(hubUrl, server) {
      const { result } = (await new ModernClient(hubUrl).call("hub__diagnose", { server }).done)
        .response;
      return result?.structuredContent as Said; // what its tool answers
    },
  },
  {
    name: "command line",
    async ask(hubUrl, server) {
      const { code, stdout } = await typed(["doctor", server, "--json", "--hub", hubUrl]);
      const said: Said = JSON.parse(stdout);
      if (code !== (said.ok ? 0 : 1)) throw new Error(`exit code ${code} for ok: ${said.ok}`);
      return said;
    },
  },
];

/** What `mcp-hub` does with these words, in this process. */
export async function typed(
  words: readonly string[],
  environment: CommandLineOptions["environment"] = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  let stdout = "";
  let stderr = "";
  const code = await runCommandLine({
    words,
    environment,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    input: { isTerminal: false, ask: async () => "", text: async () => "" } as never, // nothing asks here
    folder: process.cwd(),
    interrupted: new AbortController().signal,
    version: "1.2.3",
    endWithReader: () => {},
    endProcess: () => {},
  });
  return { code, stdout, stderr };
}
