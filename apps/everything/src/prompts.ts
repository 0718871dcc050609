import {
  completable,
  type GetPromptResult,
  inputRequired,
  type McpServer,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { askForText, textAnswer } from "./input-requests.js";
import { pngBase64 } from "./samples.js";

type Content = GetPromptResult["messages"][number]["content"];

function userSays(...contents: readonly Content[]): GetPromptResult {
  return { messages: contents.map((content) => ({ role: "user", content })) };
}

const words = (text: string): Content => ({ type: "text", text });

const cities = ["paris", "park city", "parma", "tallinn", "testaccio"];

/** Prompts of every shape: with arguments, with a resource, with an image, with a question first. */
export function addPrompts(server: McpServer): void {
  server.registerPrompt(
    "test_simple_prompt",
    { title: "Simple", description: "A prompt without arguments." },
    async () => userSays(words("This is a simple prompt for testing.")),
  );

  server.registerPrompt(
    "test_prompt_with_arguments",
    {
      title: "With arguments",
      description: "A prompt with two arguments, the first of which can be completed.",
      argsSchema: z.object({
        arg1: completable(z.string().describe("First argument, a city"), (start) =>
          cities.filter((city) => city.startsWith(start.toLowerCase())),
        ),
        arg2: z.string().describe("Second argument"),
      }),
    },
    async ({ arg1, arg2 }) =>
      userSays(words(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );

  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    {
      title: "With a resource",
      description: "A prompt with a resource in it.",
      argsSchema: z.object({ resourceUri: z.string().describe("URI of the resource") }),
    },
    async ({ resourceUri: uri }) =>
      userSays(
        {
          type: "resource",
          resource: { uri, mimeType: "text/plain", text: "Embedded resource content for testing." },
        },
        words("Please process the embedded resource above."),
      ),
  );

  server.registerPrompt(
    "test_prompt_with_image",
    { title: "With an image", description: "A prompt with an image in it." },
    async () =>
      userSays(
        { type: "image", data: pngBase64, mimeType: "image/png" },
        words("Please analyze the image above."),
      ),
  );

  server.registerPrompt(
    "test_input_required_result_prompt",
    { title: "With a question", description: "A prompt that asks the user before it is written." },
    async ({ mcpReq }) => {
      const context = textAnswer(mcpReq.inputResponses, "user_context", "context");
      if (context === undefined) {
        const question = askForText("What context should the prompt use?", "context");
        return inputRequired({ inputRequests: { user_context: question } });
      }
      return userSays(words(`Use the following context: ${context}`));
    },
  );
}
