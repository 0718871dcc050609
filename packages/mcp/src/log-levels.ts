/** The levels of log messages, from the lowest on. */
const levels = ["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"];

/** What a server of the 2025 revisions sends while nobody has named a level. */
export const lowestLogLevel = "debug";

/** Whether a log message is at or above the level that its client names. Without a level it wants none. */
export function isLogged(level: unknown, least: unknown): boolean {
  const wanted = levels.indexOf(String(least));
  return wanted !== -1 && levels.indexOf(String(level)) >= wanted;
}
