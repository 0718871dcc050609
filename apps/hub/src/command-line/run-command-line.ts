import type { Environment } from "@hub/core/environment";
import type { Command, GivenWords } from "./command.js";
import type { CommandContext } from "./context.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";
import type { Failure } from "./failure.js";
import { findCommand } from "./find-command.js";
import type { Input } from "./input.js";
import { Output, type OutputStream } from "./output.js";
import { asTyped } from "./own-name.js";
import { parseWords } from "./parse-words.js";
import { safeJson } from "./safe-text.js";

export interface CommandLineOptions {
  /** What was typed behind `mcp-hub`. */
  readonly words: readonly string[];
  readonly environment: Environment;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly input: Input;
  readonly folder: string;
  /** Aborted by the first signal that asks the process to end. */
  readonly interrupted: AbortSignal;
  readonly version: string;
  /** Called before anything is written that is of no use without a reader: all but the output of services. */
  readonly endWithReader: () => void;
  /** Ends the process, for a service that has stopped and that something keeps. Default code: that of the process. */
  readonly endProcess: (code?: ExitCode) => void;
}

/** How long a command that was interrupted may take to end, in milliseconds. */
const graceMs = 1_000;

function tell(
  failure: Failure,
  { stderr, environment }: CommandLineOptions,
  output: Output,
): ExitCode {
  const { exitCode, code, status, problems } = failure;
  const message = asTyped(failure.message, environment);
  output.progress(undefined);
  if (output.isJson) {
    const more = problems === undefined ? {} : { problems };
    const error = { code, message, exitCode, ...(status === undefined ? {} : { status }), ...more };
    stderr.write(`${safeJson({ error })}\n`);
  } else {
    output.complain([...message.split("\n"), ...(problems ?? []).map((one) => `  ${one}`)]);
  }
  return exitCode;
}

function wrongUsage(message: string): Failure {
  return { exitCode: exitCodes.usage, code: "WRONG_USAGE", message };
}

/** Resolves a moment after the signal is aborted, so that a command which does not listen ends too. */
function interruptionOf(signal: AbortSignal): Promise<"interrupted"> {
  return new Promise((resolve) => {
    const begin = () => setTimeout(() => resolve("interrupted"), graceMs).unref();
    if (signal.aborted) begin();
    else signal.addEventListener("abort", begin, { once: true });
  });
}

async function runFound(
  command: Command,
  context: CommandContext,
  given: GivenWords,
): Promise<ExitCode> {
  const { interrupted } = context;
  if (command.isService) return (await command.run(context, given)) ?? exitCodes.ok;
  try {
    const ended = await Promise.race([command.run(context, given), interruptionOf(interrupted)]);
    if (interrupted.aborted || ended === "interrupted") return exitCodes.interrupted;
    return ended ?? exitCodes.ok;
  } catch (error) {
    // What fails because it was interrupted is no failure to explain.
    if (interrupted.aborted) return exitCodes.interrupted;
    throw error;
  }
}

/** Does what was typed, and resolves with the exit code. Nothing that a command throws comes out of it. */
export async function runCommandLine(options: CommandLineOptions): Promise<ExitCode> {
  const { words, environment, stdout, stderr, input, folder, interrupted, version } = options;
  const { endWithReader, endProcess } = options;
  const end = words.indexOf("--");
  const isJson = (end < 0 ? words : words.slice(0, end)).includes("--json");
  const output = new Output({ stdout, stderr, isJson, environment });
  try {
    const found = findCommand(words);
    const loaded = found.ok ? await found.entry?.load() : undefined;
    if (loaded?.command.isService !== true) endWithReader();
    if (!found.ok) return tell(wrongUsage(found.problem), options, output);
    if (found.entry === undefined || loaded === undefined) {
      const isVersion = found.words.some((word) => word === "--version" || word === "-v");
      if (isVersion) output.answer({ version }, () => [version]);
      else output.text(asTyped((await import("./help.js")).helpOfAll(), environment));
      return exitCodes.ok;
    }
    const { entry } = found;
    const { command } = loaded;
    const parsed = parseWords(command, entry.worksOn.includes("hub"), found.words);
    if (!parsed.ok) {
      const more = `What it takes: mcp-hub ${entry.name} --help`;
      return tell(wrongUsage([...parsed.problems, more].join("\n")), options, output);
    }
    if (parsed.options.help === true) {
      output.text(asTyped((await import("./help.js")).helpOfCommand(entry, command), environment));
      return exitCodes.ok;
    }
    if (parsed.options.version === true) {
      output.answer({ version }, () => [version]);
      return exitCodes.ok;
    }
    const hubGiven = typeof parsed.options.hub === "string" ? parsed.options.hub : undefined;
    const { hubAddress } = entry.worksOn.includes("hub")
      ? await import("./hub-address.js")
      : { hubAddress: undefined };
    const hubUrl = () => {
      if (hubAddress === undefined) throw new Error(`${entry.name} says that it asks no hub`);
      return hubAddress(hubGiven, environment);
    };
    const context: CommandContext = {
      output,
      input,
      environment,
      folder,
      interrupted,
      endProcess,
      hubUrl,
      hubOption: hubGiven,
      async hub({ timeoutMs } = {}) {
        const { HubClient, tokenOfEnvironment } = await import("@hub/client");
        return new HubClient({
          url: hubUrl(),
          token: tokenOfEnvironment((name) => environment[name]),
          timeoutMs,
        });
      },
    };
    return await runFound(command, context, parsed);
  } catch (error) {
    const { describeFailure } = await import("./failure.js");
    return tell(describeFailure(error), options, output);
  } finally {
    output.progress(undefined);
  }
}
