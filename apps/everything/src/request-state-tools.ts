import { randomBytes, randomUUID } from "node:crypto";
import {
  createRequestStateCodec,
  inputRequired,
  type McpServer,
} from "@modelcontextprotocol/server";
import { z } from "zod";
import { text } from "./content-tools.js";
import {
  askForConfirmation,
  askForText,
  askModel,
  isConfirmed,
  modelAnswer,
  rootUris,
  textAnswer,
} from "./input-requests.js";

const nothing = z.object({});

interface RequestState {
  readonly tool: string;
  readonly nonce: string;
  readonly round?: number;
  readonly name?: string;
}

/** Signs what travels through the client, and refuses what comes back changed. One key a process. */
export const requestStates = createRequestStateCodec<RequestState>({ key: randomBytes(32) });

function seal(state: Omit<RequestState, "nonce">): Promise<string> {
  return requestStates.mint({ ...state, nonce: randomUUID() });
}

/** Tools that carry a signed state from one round of questions to the next. */
export function addRequestStateTools(server: McpServer): void {
  for (const tool of ["request_state", "tampered_state"]) {
    server.registerTool(
      `test_input_required_result_${tool}`,
      { description: "Asks for a confirmation, and for its own state back.", inputSchema: nothing },
      async (_input, { mcpReq }) => {
        const state = mcpReq.requestState<RequestState>();
        if (isConfirmed(mcpReq.inputResponses) && state?.tool === tool) {
          return text("state-ok: the state came back as it was");
        }
        return inputRequired({
          inputRequests: { confirm: askForConfirmation() },
          requestState: await seal({ tool }),
        });
      },
    );
  }

  server.registerTool(
    "test_input_required_result_multiple_inputs",
    { description: "Asks the user, the model and for roots at once.", inputSchema: nothing },
    async (_input, { mcpReq: { inputResponses } }) => {
      const name = textAnswer(inputResponses, "user_name", "name");
      const greeting = modelAnswer(inputResponses, "greeting");
      const roots = rootUris(inputResponses, "client_roots");
      if (name !== undefined && greeting !== undefined && roots !== undefined) {
        return text(`${greeting} ${name}, with ${roots.length} roots`);
      }
      return inputRequired({
        inputRequests: {
          user_name: askForText("What is your name?", "name"),
          greeting: askModel("Generate a greeting", 50),
          client_roots: inputRequired.listRoots(),
        },
        requestState: await seal({ tool: "multiple_inputs" }),
      });
    },
  );

  server.registerTool(
    "test_input_required_result_multi_round",
    { description: "Asks twice, one question after the other.", inputSchema: nothing },
    async (_input, { mcpReq }) => {
      const tool = "multi_round";
      const state = mcpReq.requestState<RequestState>();
      if (state?.tool !== tool) {
        return inputRequired({
          inputRequests: { step1: askForText("Step 1: What is your name?", "name") },
          requestState: await seal({ tool, round: 1 }),
        });
      }
      if (state.round === 1) {
        const name = textAnswer(mcpReq.inputResponses, "step1", "name") ?? "somebody";
        return inputRequired({
          inputRequests: { step2: askForText("Step 2: What is your favourite colour?", "color") },
          requestState: await seal({ tool, round: 2, name }),
        });
      }
      const color = textAnswer(mcpReq.inputResponses, "step2", "color") ?? "no colour";
      return text(`${state.name} likes ${color}`);
    },
  );
}
