import type { Input } from "../../src/command-line/input.js";
import type { OutputStream } from "../../src/command-line/output.js";
import { runCommandLine } from "../../src/command-line/run-command-line.js";

/** A stream that keeps what is written to it. */
export class KeptStream implements OutputStream {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;

  constructor(columns?: number) {
    this.isTTY = columns !== undefined;
    this.columns = columns ?? 0;
  }

  write(data: string | Uint8Array): void {
    this.text += typeof data === "string" ? data : Buffer.from(data).toString("latin1");
  }
}

export interface RunInProcess {
  readonly environment?: Readonly<Record<string, string>>;
  /** Of the terminal; without one there is none. */
  readonly columns?: number;
  /** What the person answers. */
  readonly answer?: string;
  readonly stdin?: string;
  readonly folder?: string;
  readonly interrupted?: AbortSignal;
  /** What is answered, to be read while the command goes on. */
  readonly stdout?: KeptStream;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Does what was typed within this process, and gives what a person would have seen. */
export async function runInProcess(
  words: readonly string[],
  options: RunInProcess = {},
): Promise<Ran> {
  const { environment = {}, columns, answer, stdin = "", folder = process.cwd() } = options;
  const stdout = options.stdout ?? new KeptStream(columns);
  const stderr = new KeptStream(columns);
  const input: Input = {
    isTerminal: columns !== undefined,
    readText: async () => stdin,
    ask: async (question) => {
      stderr.write(question);
      return answer ?? "";
    },
    askSecret: async (question) => {
      stderr.write(`${question}\n`);
      return answer ?? "";
    },
  };
  const code = await runCommandLine({
    words,
    environment,
    stdout,
    stderr,
    input,
    folder,
    interrupted: options.interrupted ?? new AbortController().signal,
    version: "1.2.3",
    endWithReader: () => undefined,
    endProcess: () => undefined,
  });
  return { code, out: stdout.text, err: stderr.text };
}
