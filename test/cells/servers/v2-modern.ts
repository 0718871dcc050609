import {
  createMcpHandler,
  type InputRequest,
  inputRequired,
  inputResponse,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { formQuestion, samplingQuestion, urlQuestion } from "../questions.js";
import { type Call, memory, type Offer } from "./offer.js";
import { createV2Server, type Serve, tellingOf } from "./v2-server.js";

/** A question that has no answer yet; it goes out as the result, and the call comes again with the answer. */
class Unanswered extends Error {
  readonly request: InputRequest;

  constructor(request: InputRequest) {
    super("This question is not answered yet");
    this.request = request;
  }
}

const key = "answer";

const serve: Serve = async (context, run) => {
  try {
    return await run(callOf(context));
  } catch (error) {
    if (!(error instanceof Unanswered)) throw error;
    return inputRequired({ inputRequests: { [key]: error.request } });
  }
};

/** A server that speaks 2026-07-28 and nothing older. */
export function createModernOnly(offer: Offer): {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
} {
  const handler = createMcpHandler(() => createV2Server(offer, serve), { legacy: "reject" });
  offer.onChange((change) => {
    if (change.kind === "tools") handler.notify.toolsChanged();
    else handler.notify.resourceUpdated(change.uri);
  });
  return { fetch: (request) => handler.fetch(request), close: () => handler.close() };
}

function callOf(context: ServerContext): Call {
  const answer = inputResponse(context.mcpReq.inputResponses, key);
  return {
    ...tellingOf(context),
    ...memory(),
    askForm: async () => {
      if (answer.kind === "elicit") return String(answer.content?.word ?? answer.action);
      const { message, requestedSchema } = formQuestion;
      const schema = { ...requestedSchema, required: ["word"] };
      throw new Unanswered(inputRequired.elicit({ message, requestedSchema: schema }));
    },
    askUrl: async () => {
      if (answer.kind === "elicit") return answer.action;
      throw new Unanswered(inputRequired.elicitUrl(urlQuestion));
    },
    sample: async () => {
      if (answer.kind === "sampling") {
        const { content } = answer.result;
        return "text" in content ? content.text : "no text";
      }
      const { text, maxTokens } = samplingQuestion;
      const messages = [{ role: "user" as const, content: { type: "text" as const, text } }];
      throw new Unanswered(inputRequired.createMessage({ messages, maxTokens }));
    },
    roots: async () => {
      if (answer.kind === "roots") return answer.roots.map(({ uri }) => uri).join(" ");
      throw new Unanswered(inputRequired.listRoots());
    },
  };
}
