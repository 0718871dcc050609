import {
  acceptedContent,
  completable,
  type GetPromptResult,
  inputRequired,
  type McpServer,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { redPixel } from "./media.js";
import { askContext, contextAnswer } from "./questions.js";

type Content = GetPromptResult["messages"][number]["content"];

function userSays(...contents: readonly Content[]): GetPromptResult {
  return { messages: contents.map((content) => ({ role: "user", content })) };
}

const text = (words: string): Content => ({ type: "text", text: words });

const cities = ["paris", "park city", "parma", "tallinn", "testaccio"];

export function registerPrompts(server: McpServer): void {
  server.registerPrompt(
    "test_simple_prompt",
    { title: "Simple", description: "A prompt without arguments." },
    async () => userSays(text("This is a simple prompt for testing.")),
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
      userSays(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
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
        text("Please process the embedded resource above."),
      ),
  );

  server.registerPrompt(
    "test_prompt_with_image",
    { title: "With an image", description: "A prompt with an image in it." },
    async () =>
      userSays(
        { type: "image", data: redPixel, mimeType: "image/png" },
        text("Please analyze the image above."),
      ),
  );

  server.registerPrompt(
    "test_input_required_result_prompt",
    { title: "With a question", description: "A prompt that asks the user before it is written." },
    async ({ mcpReq }) => {
      const answer = acceptedContent(mcpReq.inputResponses, "user_context", contextAnswer);
      if (answer === undefined) {
        const question = askContext("What context should the prompt use?");
        return inputRequired({ inputRequests: { user_context: question } });
      }
      return userSays(text(`Use the following context: ${answer.context}`));
    },
  );
}
