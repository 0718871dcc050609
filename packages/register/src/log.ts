/** One thing the person who starts the server should know. */
export interface LogEntry {
  readonly level: "info" | "warn" | "error";
  /** One line, without a line break at its end. */
  readonly message: string;
}

export type Log = (entry: LogEntry) => void;

/** One line on stderr: stdout may belong to MCP. */
export const logToStderr: Log = ({ level, message }) => {
  const mark = { info: "", warn: "warning: ", error: "error: " }[level];
  process.stderr.write(`[hub] ${mark}${message}\n`);
};
