import {
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequests,
  inputRequired,
  type McpServer,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { text } from "./content-tools.js";
import { askForText, askModel, modelAnswer, rootUris, textAnswer } from "./input-requests.js";

const nothing = z.object({});
const capability = z.looseObject({}).optional();
/** What the client says of itself in each request of 2026-07-28. */
const envelope = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.object({
    elicitation: capability,
    sampling: capability,
    roots: capability,
  }),
});

/** Tools that answer "input required" until the retry of the call brings what they need. */
export function addInputRequiredTools(server: McpServer): void {
  server.registerTool(
    "test_input_required_result_elicitation",
    { description: "Asks the user for a name.", inputSchema: nothing },
    async (_input, { mcpReq }) => {
      const name = textAnswer(mcpReq.inputResponses, "user_name", "name");
      if (name !== undefined) return text(`Hello, ${name}!`);
      return inputRequired({ inputRequests: { user_name: askForText("Your name?", "name") } });
    },
  );

  server.registerTool(
    "test_input_required_result_sampling",
    { description: "Asks the client's model a question.", inputSchema: nothing },
    async (_input, { mcpReq }) => {
      const answer = modelAnswer(mcpReq.inputResponses, "capital_question");
      if (answer !== undefined) return text(`The model says: ${answer}`);
      const question = askModel("What is the capital of France?", 100);
      return inputRequired({ inputRequests: { capital_question: question } });
    },
  );

  server.registerTool(
    "test_input_required_result_list_roots",
    { description: "Asks for the client's roots.", inputSchema: nothing },
    async (_input, { mcpReq }) => {
      const roots = rootUris(mcpReq.inputResponses, "client_roots");
      if (roots !== undefined) return text(`${roots.length} roots: ${roots.join(", ")}`);
      return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
    },
  );

  server.registerTool(
    "test_missing_capability",
    {
      description: "Needs the client's model, whether the client has one or not.",
      inputSchema: nothing,
    },
    async (_input, { mcpReq }) => {
      const answer = modelAnswer(mcpReq.inputResponses, "llm_answer");
      if (answer !== undefined) return text(`The model says: ${answer}`);
      return inputRequired({ inputRequests: { llm_answer: askModel("Say pong", 16) } });
    },
  );

  server.registerTool(
    "test_input_required_result_capabilities",
    { description: "Asks only for what the client says it can give.", inputSchema: nothing },
    async (_input, { mcpReq }) => {
      if (mcpReq.inputResponses !== undefined) return text("The client gave what it could");
      const capabilities = envelope.safeParse(mcpReq.envelope).data?.[CLIENT_CAPABILITIES_META_KEY];
      const inputRequests: InputRequests = {
        ...(capabilities?.elicitation && { user_name: askForText("Your name?", "name") }),
        ...(capabilities?.sampling && { greeting: askModel("Write a short greeting", 50) }),
        ...(capabilities?.roots && { client_roots: inputRequired.listRoots() }),
      };
      if (Object.keys(inputRequests).length === 0) return text("The client can give nothing");
      return inputRequired({ inputRequests });
    },
  );
}
