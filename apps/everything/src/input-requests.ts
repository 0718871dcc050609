import { acceptedContent, inputRequired } from "@modelcontextprotocol/server";
import { z } from "zod";

// The questions the tools and prompts of the 2026-07-28 revision ask, and how their answers are read.

/** The answers a retried call brings; whatever a client sends, so each is checked where it is read. */
export type Answers = Readonly<Record<string, unknown>> | undefined;

export function askForText(message: string, field: string) {
  return inputRequired.elicit({
    message,
    requestedSchema: {
      type: "object",
      properties: { [field]: { type: "string" } },
      required: [field],
    },
  });
}

export function askForConfirmation() {
  return inputRequired.elicit({
    message: "Please confirm",
    requestedSchema: {
      type: "object",
      properties: { ok: { type: "boolean" } },
      required: ["ok"],
    },
  });
}

export function askModel(prompt: string, maxTokens: number) {
  return inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: prompt } }],
    maxTokens,
  });
}

/** What the user typed; `undefined` when there is no answer, or none that can be used. */
export function textAnswer(answers: Answers, key: string, field: string): string | undefined {
  const value = acceptedContent<Record<string, unknown>>(answers, key)?.[field];
  return typeof value === "string" ? value : undefined;
}

export function isConfirmed(answers: Answers): boolean {
  return acceptedContent(answers, "confirm") !== undefined;
}

const samplingAnswer = z.object({ content: z.object({ text: z.string() }) });
const rootsAnswer = z.object({ roots: z.array(z.object({ uri: z.string() })) });

/** What the client's model said; `undefined` when there is no answer, or none that can be used. */
export function modelAnswer(answers: Answers, key: string): string | undefined {
  return samplingAnswer.safeParse(answers?.[key]).data?.content.text;
}

/** The URIs of the client's roots; `undefined` when there is no answer, or none that can be used. */
export function rootUris(answers: Answers, key: string): readonly string[] | undefined {
  return rootsAnswer.safeParse(answers?.[key]).data?.roots.map(({ uri }) => uri);
}
