import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { codes, type JsonRpcId, LineReader, type LineReaderOptions } from "@hub/mcp";
import type { Log } from "../log.js";
import { failed, gone, isNotification, isRequest, type JsonRpcMessage } from "../wrap/json-rpc.js";
import type { Link } from "../wrap/link.js";
import { isTooDeep, tooDeepText } from "../wrap/nesting.js";
import { readJson, writeJson } from "../wrap/written-numbers.js";
import type { ShownOutput } from "./shown-output.js";

/** The longest line of a server's stdout, so the longest message, in bytes. */
const mostLineBytes = 64 * 1024 * 1024;
/** The most bytes that wait for a server that does not read its stdin. A further request is refused. */
const mostUnreadBytes = 64 * 1024 * 1024;
/** The longest line of a server's own output that is shown, in bytes. */
const mostShownBytes = 16 * 1024;

export interface StdioLinkOptions {
  /** Shows the lines of stdout that are not MCP. They never delay lines that are. */
  readonly output: ShownOutput;
  /** Logs, once each, that a message is nested too deep and that one cannot be handled. */
  readonly log: Log;
  /** Ends the process; what it wrote cannot be read. Called at most once. */
  onUnreadable(reason: string): void;
  /** Ends the process because nobody needs it any more. */
  close(): Promise<void>;
}

function read(stream: Readable, options: LineReaderOptions): void {
  const reader = new LineReader(options);
  stream.on("data", (chunk: Buffer) => reader.push(chunk));
  stream.on("end", () => reader.end());
}

/**
 * Shows what a child prints for people; of a very long line its beginning. While there is no room for
 * more the child is not read on, as it would be with a pipe of its own; once it has ended, what is left
 * is read to the end, for until then its pipes count as open.
 */
export function showLines(child: ChildProcess, stream: Readable, output: ShownOutput): void {
  const onTooLong = (beginning: string) => output.show(`${beginning} ... (a very long line)`);
  read(stream, { mostBytes: mostShownBytes, onLine: (line) => output.show(line), onTooLong });
  let hasEnded = false;
  let stopWaiting = () => {};
  stream.on("data", () => {
    if (hasEnded || !output.isFull) return;
    stream.pause();
    stopWaiting = output.whenDrained(() => stream.resume());
  });
  child.once("exit", () => {
    hasEnded = true;
    stopWaiting();
    stream.resume();
  });
}

/**
 * MCP over the pipes of a child process. A line that is too long breaks the link, because nothing says
 * which call it answers. Every running call then fails, so that none waits for ever.
 */
export function createStdioLink(child: ChildProcess, options: StdioLinkOptions): Link {
  let isOpen = true;
  const link: Link = {
    send(message) {
      if (!isOpen) return;
      const isFull = (child.stdin?.writableLength ?? 0) > mostUnreadBytes;
      if (!isFull) child.stdin?.write(`${writeJson(message)}\n`);
      else if (isRequest(message)) refuse(message.id);
    },
    close: () => options.close(),
    onMessage: () => {},
    onClose: () => {},
  };
  const refuse = (id: JsonRpcId) => {
    const text = `The server does not read: more than ${mostUnreadBytes} bytes wait for it`;
    queueMicrotask(() => link.onMessage({ jsonrpc: "2.0", id, ...gone(text) }, undefined));
  };
  const told = new Set<string>();
  const tell = (what: string, detail: string) => {
    if (told.has(what)) return;
    told.add(what);
    const message = `a message of the server ${what}${detail}; further ones like it are not reported`;
    options.log({ level: "error", message });
  };
  const refuseDeep = (message: JsonRpcMessage) => {
    tell("is not passed on", `: it is ${tooDeepText}`);
    const text = `The message is ${tooDeepText}`;
    if (isNotification(message)) return;
    const { id } = message;
    if (isRequest(message))
      link.send({ jsonrpc: "2.0", id, ...failed(codes.invalidRequest, text) });
    else link.onMessage({ jsonrpc: "2.0", id, ...failed(codes.internalError, text) }, undefined);
  };
  /** Handles one message. A failure in it affects only what waits for this message. */
  const take = (message: JsonRpcMessage, line: string) => {
    try {
      if (isTooDeep(line)) refuseDeep(message);
      else link.onMessage(message, undefined);
    } catch (error) {
      tell("cannot be handled", `: ${error instanceof Error ? error.message : error}`);
    }
  };
  const broken = (reason: string) => {
    if (!isOpen) return;
    isOpen = false;
    link.onClose(reason);
  };
  if (child.stdout !== null) {
    read(child.stdout, {
      mostBytes: mostLineBytes,
      onLine(line) {
        const message = isOpen ? parseMessage(line) : undefined;
        if (message !== undefined) take(message, line);
        else if (line.trim() !== "") options.output.show(line.slice(0, mostShownBytes));
      },
      onTooLong() {
        if (!isOpen) return;
        const reason = `it wrote a line of more than ${mostLineBytes} bytes`;
        broken(reason);
        options.onUnreadable(reason);
      },
    });
  }
  child.stdin?.on("error", () => {}); // a dead child is told of by its `close`
  child.once("close", (code, signal) =>
    broken(signal === null ? `exit code ${code}` : `signal ${signal}`),
  );
  return link;
}

function parseMessage(line: string): JsonRpcMessage | undefined {
  // Cheaper than an error for each line of a flood that is no JSON.
  if (!/^\s*\{/.test(line)) return undefined;
  try {
    const value = readJson(line).written as { jsonrpc?: unknown } | null; // checked next
    return typeof value === "object" && value?.jsonrpc === "2.0"
      ? (value as JsonRpcMessage)
      : undefined;
  } catch {
    return undefined;
  }
}
