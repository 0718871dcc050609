import { pino } from "pino";

export type LogFields = Readonly<Record<string, unknown>>;

/** What the hub says while it runs. `event` names what happened; fields hold ids, never secrets or bodies. */
export type Log = {
  readonly debug: (event: string, fields?: LogFields) => void;
  readonly info: (event: string, fields?: LogFields) => void;
  readonly warn: (event: string, fields?: LogFields) => void;
  readonly error: (event: string, fields?: LogFields) => void;
};

export type LogOptions = { readonly level: string; readonly format: "pretty" | "json" };

/** One JSON object a line, for machines. */
function jsonLog(level: string): Log {
  const logger = pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
  const at = (name: "debug" | "info" | "warn" | "error") => (event: string, fields?: LogFields) =>
    logger[name]({ event, ...fields });
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

const order = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
const marks = { debug: "·", info: " ", warn: "!", error: "✗" } as const;

/** The time of day on this machine, as `15:04:05`. */
function timeOfDay(at: Date): string {
  return at.toTimeString().slice(0, 8);
}

/** Text from elsewhere on one line that no terminal obeys. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

/** One line of text, for a person at a terminal. `text` in the fields replaces the name of the event. */
function prettyLog(level: string): Log {
  const least = order.indexOf(level);
  const at =
    (name: keyof typeof marks) =>
    (event: string, fields: LogFields = {}) => {
      if (order.indexOf(name) < least) return;
      const { text, ...rest } = fields;
      const said =
        typeof text === "string"
          ? text
          : [
              event,
              ...Object.entries(rest).map(
                ([key, value]) =>
                  `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
              ),
            ].join("  ");
      const mark = typeof text === "string" ? "" : `${marks[name]} `;
      process.stdout.write(`  ${timeOfDay(new Date())}  ${mark}${printable(said)}\n`);
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export function createLog({ level, format }: LogOptions): Log {
  return format === "json" ? jsonLog(level) : prettyLog(level);
}
