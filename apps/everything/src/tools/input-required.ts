import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequests,
  inputRequired,
  inputResponse,
  type McpServer,
} from "@modelcontextprotocol/server";
import { askModel, askName, askRoots, nameAnswer } from "../questions.js";
import { textResult } from "../text.js";

/**
 * Tools of the 2026 revision that ask by answering "input required": the client calls again with the
 * answers, and nothing is remembered in between. Each asks until it has what it needs.
 */
export function registerInputRequiredTools(server: McpServer): void {
  server.registerTool(
    "test_input_required_result_elicitation",
    { description: "Asks the user for a name." },
    async ({ mcpReq }) => {
      const answer = acceptedContent(mcpReq.inputResponses, "user_name", nameAnswer);
      if (answer === undefined) return inputRequired({ inputRequests: { user_name: askName() } });
      return textResult(`Hello, ${answer.name}!`);
    },
  );

  server.registerTool(
    "test_input_required_result_sampling",
    { description: "Asks the client's model for a capital." },
    async ({ mcpReq }) => {
      const answer = inputResponse(mcpReq.inputResponses, "capital_question");
      if (answer.kind !== "sampling") {
        const question = askModel("What is the capital of France?", 100);
        return inputRequired({ inputRequests: { capital_question: question } });
      }
      return textResult(`The model says: ${JSON.stringify(answer.result.content)}`);
    },
  );

  server.registerTool(
    "test_missing_capability",
    { description: "Needs a client that samples, and refuses one that does not say it can." },
    async ({ mcpReq }) => {
      const answer = inputResponse(mcpReq.inputResponses, "answer");
      if (answer.kind !== "sampling") {
        return inputRequired({ inputRequests: { answer: askModel("Say pong.", 16) } });
      }
      return textResult(`The model says: ${JSON.stringify(answer.result.content)}`);
    },
  );

  server.registerTool(
    "test_input_required_result_list_roots",
    { description: "Asks the client for its roots." },
    async ({ mcpReq }) => {
      const answer = inputResponse(mcpReq.inputResponses, "client_roots");
      if (answer.kind !== "roots") {
        return inputRequired({ inputRequests: { client_roots: askRoots() } });
      }
      return textResult(`Your roots: ${answer.roots.map(({ uri }) => uri).join(", ")}`);
    },
  );

  server.registerTool(
    "test_input_required_result_capabilities",
    { description: "Asks only what the client says it can answer." },
    async ({ mcpReq }) => {
      const able = mcpReq.envelope?.[CLIENT_CAPABILITIES_META_KEY];
      const inputRequests: InputRequests = {
        ...(able?.elicitation && { user_name: askName() }),
        ...(able?.sampling && { greeting: askModel("Generate a short greeting", 50) }),
        ...(able?.roots && { client_roots: askRoots() }),
      };
      if (mcpReq.inputResponses !== undefined || Object.keys(inputRequests).length === 0) {
        return textResult("Nothing more to ask.");
      }
      return inputRequired({ inputRequests });
    },
  );
}
