import type { ElicitRequestFormParams, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { textResult } from "../text.js";

type Form = ElicitRequestFormParams["requestedSchema"];

const contactForm: Form = {
  type: "object",
  properties: {
    username: { type: "string", description: "User's response" },
    email: { type: "string", description: "User's email address" },
  },
  required: ["username", "email"],
};

/** A default for each primitive type. */
const formWithDefaults: Form = {
  type: "object",
  properties: {
    name: { type: "string", description: "User name", default: "John Doe" },
    age: { type: "integer", description: "User age", default: 30 },
    score: { type: "number", description: "User score", default: 95.5 },
    status: {
      type: "string",
      description: "User status",
      enum: ["active", "inactive", "pending"],
      default: "active",
    },
    verified: { type: "boolean", description: "Verification status", default: true },
  },
  required: [],
};

const titled = [
  { const: "value1", title: "First Option" },
  { const: "value2", title: "Second Option" },
  { const: "value3", title: "Third Option" },
];

/** Every way to offer a choice. */
const formWithChoices: Form = {
  type: "object",
  properties: {
    untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
    titledSingle: { type: "string", oneOf: titled },
    legacyEnum: {
      type: "string",
      enum: ["opt1", "opt2", "opt3"],
      enumNames: ["Option One", "Option Two", "Option Three"],
    },
    untitledMulti: {
      type: "array",
      minItems: 1,
      maxItems: 3,
      items: { type: "string", enum: ["option1", "option2", "option3"] },
    },
    titledMulti: { type: "array", minItems: 1, maxItems: 3, items: { anyOf: titled } },
  },
  required: [],
};

/** Tools that ask the client in the middle of a call: what the 2025 revisions do with requests of their own. */
export function registerAskingTools(server: McpServer): void {
  server.registerTool(
    "test_sampling",
    {
      description: "Asks the client's model.",
      inputSchema: z.object({ prompt: z.string().describe("What to ask the model") }),
    },
    async ({ prompt }, { mcpReq }) => {
      const { content } = await mcpReq.requestSampling({
        messages: [{ role: "user", content: { type: "text", text: prompt } }],
        maxTokens: 100,
      });
      const parts = Array.isArray(content) ? content : [content];
      const text = parts.map((part) => (part.type === "text" ? part.text : part.type)).join(" ");
      return textResult(`LLM response: ${text}`);
    },
  );

  server.registerTool(
    "test_elicitation",
    {
      description: "Asks the user for a name and an address.",
      inputSchema: z.object({ message: z.string().describe("What to say to the user") }),
    },
    async ({ message }, { mcpReq }) => {
      const answer = await mcpReq.elicitInput({ message, requestedSchema: contactForm });
      return textResult(`User response: ${JSON.stringify(answer)}`);
    },
  );

  const forms = [
    ["test_elicitation_sep1034_defaults", "Asks with a form full of defaults.", formWithDefaults],
    ["test_elicitation_sep1330_enums", "Asks with a form full of choices.", formWithChoices],
  ] as const;
  for (const [name, description, requestedSchema] of forms) {
    server.registerTool(name, { description }, async ({ mcpReq }) => {
      const answer = await mcpReq.elicitInput({ message: description, requestedSchema });
      return textResult(`Elicitation completed: ${JSON.stringify(answer)}`);
    });
  }
}
