/** An error in one line for the log, with the place it came from. Never throws, whatever was thrown. */
export function describeError(error: unknown): string {
  try {
    if (!(error instanceof Error)) return String(error);
    return String(error.stack ?? error.message)
      .split("\n")
      .slice(0, 4)
      .map((line) => line.trim())
      .join(" | ");
  } catch {
    return "something was thrown that cannot be shown";
  }
}
