import type { HubClient } from "@hub/client";
import type { Environment } from "@hub/core/environment";
import { CommandError } from "./command-error.js";
import type { ExitCode } from "./exit-codes.js";
import type { Input } from "./input.js";
import type { Output } from "./output.js";
import { safeLine } from "./safe-text.js";

/** All that a command has of the world. */
export interface CommandContext {
  readonly output: Output;
  readonly input: Input;
  readonly environment: Environment;
  /** The folder in which the command was typed. */
  readonly folder: string;
  /** Aborted by Ctrl-C or SIGTERM, with the signal's name as reason. A second one ends the process. */
  readonly interrupted: AbortSignal;
  /** For a service that has stopped, and that something keeps all the same. Default code: that of the process. */
  endProcess(code?: ExitCode): void;
  /** The hub that is asked. @throws CommandError when what was given for it is no address. */
  hubUrl(): string;
  /** `--hub` as it was typed. */
  readonly hubOption: string | undefined;
  /** The client for it, with the token of MCP_HUB_TOKEN or MCP_HUB_TOKEN_FILE. Nothing is asked yet. */
  hub(options?: { readonly timeoutMs?: number }): Promise<HubClient>;
}

/**
 * Asks before something that cannot be taken back. Resolves with whether the answer was yes.
 * @throws CommandError where there is no terminal to ask on; it names `flag`, which says yes beforehand.
 */
export async function confirmed(
  { input, output, interrupted }: CommandContext,
  question: string,
  flag = "--yes",
): Promise<boolean> {
  if (!input.isTerminal || output.isJson) {
    throw new CommandError(
      "usage",
      `${question} There is no terminal to answer on: give ${flag} to say yes.`,
    );
  }
  const answer = await input.ask(`${safeLine(question)} [y/N] `, interrupted);
  return /^\s*y(es)?\s*$/i.test(answer);
}
