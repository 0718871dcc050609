import {
  acceptedContent,
  inputRequired,
  inputResponse,
  type McpServer,
} from "@modelcontextprotocol/server";
import {
  askColor,
  askConfirmation,
  askModel,
  askName,
  askRoots,
  colorAnswer,
  confirmation,
  nameAnswer,
} from "../questions.js";
import type { Notes, Shared } from "../shared.js";
import { textResult } from "../text.js";

/** Tools that ask by "input required" and keep sealed notes with the client. Altered ones never reach a tool. */
export function registerToolsWithNotes(server: McpServer, { notes }: Shared): void {
  const confirming = [
    ["test_input_required_result_request_state", "Asks for a confirmation and keeps notes."],
    ["test_input_required_result_tampered_state", "The same, to be tried with altered notes."],
  ] as const;
  for (const [tool, description] of confirming) {
    server.registerTool(tool, { description }, async ({ mcpReq }) => {
      const answer = acceptedContent(mcpReq.inputResponses, "confirm", confirmation);
      if (answer === undefined || mcpReq.requestState<Notes>()?.tool !== tool) {
        return inputRequired({
          inputRequests: { confirm: askConfirmation() },
          requestState: await notes.mint({ tool, round: 1 }),
        });
      }
      return textResult("state-ok: the notes are as they were.");
    });
  }

  const several = "test_input_required_result_multiple_inputs";
  server.registerTool(
    several,
    { description: "Asks the user, the model and the client in one round." },
    async ({ mcpReq: { inputResponses } }) => {
      const user = acceptedContent(inputResponses, "user_name", nameAnswer);
      const greeting = inputResponse(inputResponses, "greeting");
      const roots = inputResponse(inputResponses, "client_roots");
      if (user === undefined || greeting.kind !== "sampling" || roots.kind !== "roots") {
        return inputRequired({
          inputRequests: {
            user_name: askName(),
            greeting: askModel("Generate a greeting", 50),
            client_roots: askRoots(),
          },
          requestState: await notes.mint({ tool: several, round: 1 }),
        });
      }
      const said = JSON.stringify(greeting.result.content);
      return textResult(`${user.name} with ${roots.roots.length} roots: ${said}`);
    },
  );

  const rounds = "test_input_required_result_multi_round";
  server.registerTool(
    rounds,
    { description: "Asks for a name, and then for a color." },
    async ({ mcpReq }) => {
      const state = mcpReq.requestState<Notes>();
      const name = state?.name ?? acceptedContent(mcpReq.inputResponses, "step1", nameAnswer)?.name;
      if (state?.tool !== rounds || name === undefined) {
        return inputRequired({
          inputRequests: { step1: askName("Step 1: What is your name?") },
          requestState: await notes.mint({ tool: rounds, round: 1 }),
        });
      }
      const answer = acceptedContent(mcpReq.inputResponses, "step2", colorAnswer);
      if (answer === undefined) {
        return inputRequired({
          inputRequests: { step2: askColor("Step 2: What is your favorite color?") },
          requestState: await notes.mint({ tool: rounds, round: 2, name }),
        });
      }
      return textResult(`${name} likes ${answer.color}.`);
    },
  );
}
