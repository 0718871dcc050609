import { acceptedContent, type InputResponses, inputRequired } from "@modelcontextprotocol/server";

// The questions the tools and prompts of the 2026-07-28 revision ask, and how their answers are read.

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
export function textAnswer(
  responses: InputResponses | undefined,
  key: string,
  field: string,
): string | undefined {
  const value = acceptedContent<Record<string, unknown>>(responses, key)?.[field];
  return typeof value === "string" ? value : undefined;
}

export function isConfirmed(responses: InputResponses | undefined): boolean {
  return acceptedContent(responses, "confirm") !== undefined;
}
