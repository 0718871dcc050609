import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { InputQuestion } from "@hub/register/run";
import type { CommandContext } from "../command-line/context.js";
import { safeLine } from "../command-line/safe-text.js";

/**
 * Asks the person at the terminal what a file of VS Code leaves open. What is typed is shown only where the file
 * says that it may be, and is kept by nobody but the caller. An empty answer is none, or what stands for one.
 */
export async function askInputs(
  questions: readonly InputQuestion[],
  { output, input, interrupted }: CommandContext,
): Promise<ReadonlyMap<string, string>> {
  const answers = new Map<string, string>();
  for (const { id, text, isSecret, choices, otherwise } of questions) {
    if (interrupted.aborted) break;
    const hint = choices === undefined ? "" : ` (${choices.join(", ")})`;
    const usual = otherwise === undefined ? "" : ` [${otherwise}]`;
    const question = `${safeLine(`${text}${hint}${usual}`)}: `;
    const typed = isSecret
      ? await askUnseen(question, interrupted)
      : (await input.ask(question, interrupted)).trim();
    const answer = typed === "" ? otherwise : typed;
    if (answer === undefined) continue;
    if (choices === undefined || choices.includes(answer)) answers.set(id, answer);
    else output.note(`"${answer}" is none of ${choices.join(", ")}.`);
  }
  return answers;
}

/** Asks without showing what is typed. */
async function askUnseen(question: string, signal: AbortSignal): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: process.stdin, output: unseen, terminal: true });
  process.stderr.write(question);
  try {
    const ended = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
    return await Promise.race([reader.question("", { signal }), ended]);
  } catch (error) {
    if (signal.aborted) return "";
    throw error;
  } finally {
    reader.close();
    process.stderr.write("\n");
  }
}
