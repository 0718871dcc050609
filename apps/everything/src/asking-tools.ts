import type { ElicitResult, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { text } from "./content-tools.js";

function describeAnswer({ action, content }: ElicitResult) {
  return text(`Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`);
}

/** Tools that send a request to the client in the middle of a call, as the 2025 revisions do. */
export function addAskingTools(server: McpServer): void {
  server.registerTool(
    "test_sampling",
    {
      description: "Passes a prompt to the client's model.",
      inputSchema: z.object({ prompt: z.string() }),
    },
    async ({ prompt }, { mcpReq }) => {
      const { content } = await mcpReq.requestSampling({
        messages: [{ role: "user", content: { type: "text", text: prompt } }],
        maxTokens: 100,
      });
      const blocks = Array.isArray(content) ? content : [content];
      const said = blocks.map((block) => (block.type === "text" ? block.text : block.type));
      return text(`LLM response: ${said.join(" ")}`);
    },
  );

  server.registerTool(
    "test_elicitation",
    {
      description: "Asks the client's user a question.",
      inputSchema: z.object({ message: z.string() }),
    },
    async ({ message }, { mcpReq }) => {
      const { action, content } = await mcpReq.elicitInput({
        mode: "form",
        message,
        requestedSchema: {
          type: "object",
          properties: { response: { type: "string", description: "The answer" } },
          required: ["response"],
        },
      });
      return text(`User response: action=${action}, content=${JSON.stringify(content ?? {})}`);
    },
  );

  server.registerTool(
    "test_elicitation_sep1034_defaults",
    { description: "Asks with a default for each type.", inputSchema: z.object({}) },
    async (_input, { mcpReq }) =>
      describeAnswer(
        await mcpReq.elicitInput({
          mode: "form",
          message: "Please look over the values",
          requestedSchema: {
            type: "object",
            properties: {
              name: { type: "string", default: "John Doe" },
              age: { type: "integer", default: 30 },
              score: { type: "number", default: 95.5 },
              status: {
                type: "string",
                enum: ["active", "inactive", "pending"],
                default: "active",
              },
              verified: { type: "boolean", default: true },
            },
          },
        }),
      ),
  );

  server.registerTool(
    "test_elicitation_sep1330_enums",
    { description: "Asks with each form of a choice.", inputSchema: z.object({}) },
    async (_input, { mcpReq }) =>
      describeAnswer(
        await mcpReq.elicitInput({
          mode: "form",
          message: "Please choose",
          requestedSchema: {
            type: "object",
            properties: {
              untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
              titledSingle: { type: "string", oneOf: titled(["First", "Second", "Third"]) },
              legacyEnum: {
                type: "string",
                enum: ["opt1", "opt2", "opt3"],
                enumNames: ["Option One", "Option Two", "Option Three"],
              },
              untitledMulti: {
                type: "array",
                items: { type: "string", enum: ["option1", "option2", "option3"] },
              },
              titledMulti: { type: "array", items: { anyOf: titled(["One", "Two", "Three"]) } },
            },
          },
        }),
      ),
  );
}

function titled(titles: readonly string[]) {
  return titles.map((title, index) => ({ const: `value${index + 1}`, title }));
}
