import { exitCodes } from "./command-line/exit-codes.js";
import { createInput } from "./command-line/input.js";
import { runCommandLine } from "./command-line/run-command-line.js";
import { endWithReader, interruptionSignal } from "./signals.js";
import { version } from "./version.js";

process.exitCode = await runCommandLine({
  words: process.argv.slice(2),
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  input: createInput(process.stdin, process.stderr),
  folder: process.cwd(),
  interrupted: interruptionSignal(),
  version,
  endProcess: (code) => process.exit(code),
  endWithReader: () => [process.stdout, process.stderr].forEach(endWithReader),
});
// What was interrupted may have left something open that nobody waits for.
if (process.exitCode === exitCodes.interrupted) process.exit();
