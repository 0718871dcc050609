import { type Environment, unknownSettingText } from "@hub/core/environment";
import { CommandError } from "../command-line/command-error.js";
import { parseConfig } from "../config.js";

/** Where the settings say that this hub keeps things. */
export type OwnPlace = {
  readonly dataDir: string;
  readonly databaseUrl: string | undefined;
  readonly secretKeyFile?: string | undefined;
};

/**
 * Reads the settings that name it. Throws a CommandError for settings that are wrong or unknown: a slip in the name
 * of one would lead to another place, and look well. `undone` says what did not happen.
 */
export function ownPlace(environment: Environment, undone: string): OwnPlace {
  const parsed = parseConfig(environment);
  if (!parsed.ok) throw new CommandError("failed", parsed.problems.join("\n"));
  if (parsed.unknown.length > 0) {
    throw new CommandError(
      "failed",
      [
        ...parsed.unknown.map(unknownSettingText),
        `${undone}: take that variable away, or correct its name.`,
      ].join("\n"),
    );
  }
  return parsed.config;
}
