import { defineCommand } from "../command-line/command.js";
import { completeWords } from "../command-line/complete-words.js";
import { safeLine } from "../command-line/safe-text.js";

export const command = defineCommand({
  args: {
    word: {
      summary: "what is typed so far; the cursor is in the last word",
      isOptional: true,
      isRepeatable: true,
    },
  },
  details: ["For the scripts of `mcp-hub completion`."],
  async run({ environment, output }, { args }) {
    const completion = await completeWords(args.word, environment);
    const candidates = completion.kind === "words" ? completion.candidates : [];
    if (output.isJson) {
      output.answer(completion, () => []);
      return;
    }
    const lines = candidates.map(({ word, summary }) => `${safeLine(word)}\t${safeLine(summary)}`);
    output.text([completion.kind, ...lines].join("\n"));
  },
});
