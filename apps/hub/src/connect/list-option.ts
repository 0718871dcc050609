import { CommandError } from "../command-line/command-error.js";

/** What an option names that may be given several times, or once with commas; undefined when it was not given. */
export function listOption(
  option: string,
  given: readonly string[],
): readonly string[] | undefined {
  const items = given.flatMap((one) => one.split(",")).map((item) => item.trim());
  if (items.some((item) => item === ""))
    throw new CommandError("usage", `${option} takes names with commas between them.`);
  return items.length === 0 ? undefined : [...new Set(items)].sort();
}
