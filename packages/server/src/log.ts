import { logLevels } from "@hub/api";
import { pino } from "pino";

export type LogFields = Readonly<Record<string, unknown>>;

/** What the hub says while it runs. `event` names what happened; fields hold ids, never secrets or bodies. */
export type Log = {
  readonly debug: (event: string, fields?: LogFields) => void;
  readonly info: (event: string, fields?: LogFields) => void;
  readonly warn: (event: string, fields?: LogFields) => void;
  readonly error: (event: string, fields?: LogFields) => void;
};

/** From which level on the log has lines. */
export type LogLevel = (typeof logLevels)[number];

export type LogOptions = { readonly level: LogLevel; readonly format: "pretty" | "json" };

/** The level of a log, which may change while it is written. */
export interface LevelSwitch {
  current: LogLevel;
}

/** A log that says from which level on it has lines, and takes another one. */
export type LevelledLog = Log & { readonly level: LevelSwitch };

/** One JSON object a line, for machines. */
function jsonLog(level: LogLevel): LevelledLog {
  const logger = pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
  const at = (name: "debug" | "info" | "warn" | "error") => (event: string, fields?: LogFields) =>
    logger[name]({ event, ...fields });
  const own: LevelSwitch = {
    get current() {
      // It has no other levels than those it was given.
      return logger.level as LogLevel;
    },
    set current(level) {
      logger.level = level;
    },
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    level: own,
  };
}

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
function prettyLog(level: LogLevel): LevelledLog {
  const own: LevelSwitch = { current: level };
  const at =
    (name: keyof typeof marks) =>
    (event: string, fields: LogFields = {}) => {
      if (logLevels.indexOf(name) > logLevels.indexOf(own.current)) return;
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
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    level: own,
  };
}

export function createLog({ level, format }: LogOptions): LevelledLog {
  return format === "json" ? jsonLog(level) : prettyLog(level);
}
