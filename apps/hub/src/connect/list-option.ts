import { CommandError } from "../command-line/command-error.js";

/** The items of an option that takes several with commas, each once, sorted; undefined when it was not given. */
export function listOption(
  option: string,
  given: string | undefined,
): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const items = given.split(",").map((item) => item.trim());
  if (items.some((item) => item === ""))
    throw new CommandError("usage", `${option} takes names with commas between them.`);
  return [...new Set(items)].sort();
}
