import { LineReader } from "@hub/mcp";
import { pause } from "./pause.js";
import { StdioBridge } from "./stdio-bridge.js";
import type { TokenSource } from "./token-file.js";

/** The longest message of a client, in bytes. */
const mostLineBytes = 16 * 1024 * 1024;
/** How long requests may still take once the client has closed its end, in milliseconds. */
const lingerMs = 1_500;
/** How long the hub may take to end the session, and the client to read the rest, in milliseconds. */
const closeMs = 500;

export type RunBridgeOptions = {
  /** The endpoint of the hub. */
  readonly url: URL;
  /** Default: none is sent. */
  readonly token?: TokenSource | undefined;
  /** How long a request waits for a hub that is not reached, in milliseconds. Default: 30 s. */
  readonly waitMs?: number;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Says something to people, in one line. */
  note(text: string): void;
  /** Aborted when the process is asked to end. */
  readonly stopped: AbortSignal;
};

/**
 * Runs the bridge until the client closes its end, or the process is asked to end. Writes nothing but
 * protocol to `output`. Used by `mcp-hub stdio` and by the bundle for Claude Desktop.
 */
export async function runBridge(options: RunBridgeOptions): Promise<void> {
  const { url, token, waitMs = 30_000, input, output, note, stopped } = options;
  const ended = new AbortController();
  const end = () => ended.abort();
  const bridge = new StdioBridge({ url, token, waitMs, write: writer(output, end), note });
  const reader = new LineReader({
    mostBytes: mostLineBytes,
    onLine: (line) => bridge.receive(line),
    onTooLong: (beginning) => bridge.refuseLine(beginning, mostLineBytes),
  });
  input.on("data", (chunk: Buffer | string) =>
    reader.push(typeof chunk === "string" ? Buffer.from(chunk, "utf8") : chunk),
  );
  input.once("end", () => {
    reader.end();
    void idle(bridge, ended.signal).then(end);
  });
  input.once("error", end);
  stopped.addEventListener("abort", end, { once: true });
  if (!stopped.aborted)
    await new Promise<void>((resolve) => {
      ended.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  await bridge.close(closeMs);
  await flushed(output);
}

/** What was written is with the client, or the client is gone or does not read; a process may end then. */
async function flushed(output: NodeJS.WritableStream): Promise<void> {
  if (!output.writable) return;
  const done = new AbortController();
  output.once("error", () => done.abort());
  output.write("", () => done.abort());
  await pause(closeMs, done.signal);
}

/** Writes lines; waits while the client does not read. A client that is gone ends the bridge. */
function writer(output: NodeJS.WritableStream, onGone: () => void) {
  let isGone = false;
  const gone = () => {
    isGone = true;
    onGone();
  };
  output.on("error", gone);
  output.once("close", gone);
  let room: Promise<void> | undefined;
  return async (line: string): Promise<void> => {
    if (isGone || output.write(`${line}\n`)) return;
    room ??= new Promise((resolve) => {
      const done = () => {
        for (const event of ["drain", "close", "error"]) output.off(event, done);
        room = undefined;
        resolve();
      };
      for (const event of ["drain", "close", "error"]) output.once(event, done);
    });
    await room;
  };
}

/** Resolves when no request waits, or after a while. */
async function idle(bridge: StdioBridge, signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  while (!bridge.isIdle && !signal.aborted && performance.now() - begin < lingerMs)
    await new Promise((resolve) => setTimeout(resolve, 20));
}
