import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { CommandError } from "./command-error.js";

/** What a command reads from: the terminal, a pipe or a file. */
export interface Input {
  readonly isTerminal: boolean;
  /**
   * All of it, to its end.
   * @throws CommandError when it is longer than `mostBytes`.
   */
  readText(mostBytes: number): Promise<string>;
  /** Asks the person at the terminal. Resolves with the line; an end of input is an empty one. */
  ask(question: string, signal: AbortSignal): Promise<string>;
  /** The same, without showing what is typed. */
  askSecret(question: string, signal: AbortSignal): Promise<string>;
}

/** Reads from a stream of this process, and asks on `questions`, which is not the stream of answers. */
export function createInput(stream: NodeJS.ReadStream, questions: NodeJS.WriteStream): Input {
  return {
    isTerminal: stream.isTTY === true && questions.isTTY === true,
    async readText(mostBytes) {
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of stream) {
        const buffer = Buffer.from(chunk);
        bytes += buffer.length;
        if (bytes > mostBytes)
          throw new CommandError("usage", `stdin holds more than ${mostBytes} bytes.`);
        chunks.push(buffer);
      }
      return Buffer.concat(chunks).toString("utf8");
    },
    ask: (question, signal) => asked(stream, questions, question, signal),
    async askSecret(question, signal) {
      questions.write(question);
      // What it would show of the line goes nowhere.
      const hidden = new Writable({ write: (_chunk, _encoding, done) => done() });
      try {
        return await asked(stream, hidden, "", signal);
      } finally {
        questions.write("\n");
      }
    },
  };
}

async function asked(
  stream: NodeJS.ReadStream,
  shown: NodeJS.WritableStream,
  question: string,
  signal: AbortSignal,
): Promise<string> {
  const reader = createInterface({ input: stream, output: shown, terminal: stream.isTTY });
  // While it asks, the terminal hands Ctrl-C to the reader in the place of a signal.
  reader.on("SIGINT", () => process.emit("SIGINT"));
  let isAnswered = false;
  try {
    const ended = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
    const answer = await Promise.race([reader.question(question, { signal }), ended]);
    isAnswered = answer !== "";
    return answer;
  } finally {
    reader.close();
    if (!isAnswered) shown.write("\n");
  }
}
