import { type InputRequest, inputRequired } from "@modelcontextprotocol/server";
import { z } from "zod";

/** Questions that travel inside a result, and how their answers are read. */

export const nameAnswer = z.object({ name: z.string() });
export const colorAnswer = z.object({ color: z.string() });
export const confirmation = z.object({ ok: z.boolean() });
export const contextAnswer = z.object({ context: z.string() });

function askText(field: string, message: string): InputRequest {
  return inputRequired.elicit({
    message,
    requestedSchema: {
      type: "object",
      properties: { [field]: { type: "string" } },
      required: [field],
    },
  });
}

export const askName = (message = "What is your name?"): InputRequest => askText("name", message);
export const askColor = (message: string): InputRequest => askText("color", message);
export const askContext = (message: string): InputRequest => askText("context", message);

export function askConfirmation(): InputRequest {
  return inputRequired.elicit({
    message: "Please confirm",
    requestedSchema: {
      type: "object",
      properties: { ok: { type: "boolean" } },
      required: ["ok"],
    },
  });
}

export function askModel(text: string, maxTokens: number): InputRequest {
  return inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text } }],
    maxTokens,
  });
}

export const askRoots = (): InputRequest => inputRequired.listRoots();
