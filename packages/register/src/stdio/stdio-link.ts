import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { JsonRpcMessage } from "../wrap/json-rpc.js";
import type { Link } from "../wrap/link.js";
import { endGroup } from "./process-group.js";

/** The longest line a server may write, in characters. */
const maxLineLength = 64 * 1024 * 1024;

/** Calls back for each whole line. A line that never ends breaks the stream. */
export function readLines(stream: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onLine(line.endsWith("\r") ? line.slice(0, -1) : line);
    if (rest.length > maxLineLength) stream.destroy();
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}

/** MCP over the pipes of a child process. What is no MCP on its stdout goes to `onStray`. */
export function createStdioLink(child: ChildProcess, onStray: (line: string) => void): Link {
  let isOpen = true;
  const link: Link = {
    send(message) {
      if (isOpen) child.stdin?.write(`${JSON.stringify(message)}\n`);
    },
    close: () => endGroup(child),
    onMessage: () => {},
    onClose: () => {},
  };
  if (child.stdout !== null) {
    readLines(child.stdout, (line) => {
      const message = parseMessage(line);
      if (message !== undefined) link.onMessage(message, undefined);
      else if (line.trim() !== "") onStray(line);
    });
  }
  child.stdin?.on("error", () => {}); // a dead child is told of by its `close`
  child.once("close", (code, signal) => {
    isOpen = false;
    link.onClose(signal === null ? `exit code ${code}` : `signal ${signal}`);
  });
  return link;
}

function parseMessage(line: string): JsonRpcMessage | undefined {
  try {
    const value = JSON.parse(line) as { jsonrpc?: unknown } | null; // checked next
    return typeof value === "object" && value?.jsonrpc === "2.0"
      ? (value as JsonRpcMessage)
      : undefined;
  } catch {
    return undefined;
  }
}
