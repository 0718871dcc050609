import {
  closeAll,
  type Exchange,
  gate,
  LegacyClient,
  LegacyUpstream,
  type Message,
  ModernClient,
  ModernUpstream,
  metaKey,
  type Payload,
  TestHub,
  textOf,
  textResult,
  type Upstream,
  type UpstreamCall,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const capabilities = { sampling: {}, elicitation: { form: {} }, roots: {} };
const servers = ["old-one", "old-two", "new-one"] as const;
const callsOfOneClient = 5;

const sampling = (mark: string) => ({
  method: "sampling/createMessage",
  params: { messages: [{ role: "user", content: { type: "text", text: mark } }], maxTokens: 9 },
});
const elicitation = (mark: string) => ({
  method: "elicitation/create",
  params: { mode: "form", message: mark, requestedSchema: { type: "object", properties: {} } },
});

/** The mark a question carries. */
function markOf({ method, params }: Message | { method: string; params: Payload }): string {
  if (method === "elicitation/create") return String(params?.message);
  const [first] = (params?.messages ?? []) as readonly { content: { text: string } }[]; // made above
  return String(first?.content.text);
}

/** What a client answers to a question: the mark comes back with the client's own name. */
function answerTo(
  client: string,
  question: Message | { method: string; params: Payload },
): Payload {
  const said = `${markOf(question)} by ${client}`;
  return question.method === "elicitation/create"
    ? { action: "accept", content: { said } }
    : { role: "assistant", model: "none", content: { type: "text", text: said } };
}

function saidIn(answer: Payload): string {
  const content = answer.content as Payload; // an answer of `answerTo`
  return String(content.said ?? content.text);
}

/** Progress, a log, two questions, more progress, and the result: all marked as the call's. */
function script(everyone: { come(): Promise<void> }) {
  return async (call: UpstreamCall): Promise<Payload> => {
    const mark = String(call.given.mark);
    if (call.params.inputResponses === undefined) {
      call.progress(1, mark);
      await everyone.come();
      call.log(mark);
    }
    let said: string[];
    if (call.sessionId === undefined) {
      const responses = call.params.inputResponses as Readonly<Record<string, Payload>> | undefined; // of the hub or a client
      if (responses === undefined) {
        return {
          resultType: "input_required",
          inputRequests: { first: sampling(mark), second: elicitation(mark) },
          requestState: `state of ${mark}`,
        };
      }
      expect(call.params.requestState).toBe(`state of ${mark}`);
      said = [saidIn(responses.first ?? {}), saidIn(responses.second ?? {})];
    } else {
      const asked = [sampling(mark), elicitation(mark)].map(({ method, params }) =>
        call.ask(method, params),
      );
      said = (await Promise.all(asked)).map(saidIn);
    }
    call.progress(2, mark);
    call.log(mark);
    return { resultType: "complete", ...textResult(said.join(", ")) };
  };
}

type Heard = { readonly messages: readonly Message[]; readonly response: Message };

/** A modern call to its end, through as many rounds as the server wants. */
async function modernCall(
  client: ModernClient,
  name: string,
  tool: string,
  mark: string,
): Promise<Heard> {
  const messages: Message[] = [];
  let more: Payload = {};
  for (;;) {
    const meta = { progressToken: `token-${mark}`, [metaKey("logLevel")]: "debug" };
    const answer = await client.call(tool, { mark }, { ...more, _meta: meta }).done;
    const { result } = answer.response;
    messages.push(...answer.messages);
    if (result?.resultType !== "input_required") return { messages, response: answer.response };
    const requests = Object.entries(
      result.inputRequests as Readonly<Record<string, { method: string; params: Payload }>>, // by the revision
    );
    for (const [, question] of requests) expect(markOf(question)).toBe(mark);
    more = {
      requestState: result.requestState,
      inputResponses: Object.fromEntries(
        requests.map(([key, question]) => [key, answerTo(name, question)]),
      ),
    };
  }
}

test("with 50 calls in flight from 10 clients over 3 servers, every message reaches its call and client, before the result", async () => {
  const hub = await TestHub.start();
  const upstreams: Upstream[] = [
    await LegacyUpstream.start({ tools: ["work"] }),
    await LegacyUpstream.start({ tools: ["work"] }),
    await ModernUpstream.start({ tools: ["work"] }),
  ];
  const allThere = gate();
  let there = 0;
  const everyone = {
    come() {
      there += 1;
      if (there === 50) allThere.open();
      return allThere.opened;
    },
  };
  for (const [index, upstream] of upstreams.entries()) {
    upstream.on("work", script(everyone));
    await hub.register(servers[index] ?? "", upstream);
  }

  const runs = Array.from({ length: 10 }, async (_, index) => {
    const name = `client-${index}`;
    const targets = Array.from({ length: callsOfOneClient }, (_, one) => ({
      mark: `${name} call ${one}`,
      server: servers[(index + one) % servers.length] ?? "",
    }));
    if (index % 2 === 0) {
      const client = new ModernClient(hub.url, { name, capabilities });
      return Promise.all(
        targets.map(async ({ mark, server }) => ({
          name,
          mark,
          ...(await modernCall(client, name, `${server}__work`, mark)),
        })),
      );
    }
    const questionsOn = new Map<string, number>();
    const client = await LegacyClient.open(hub.url, {
      name,
      capabilities,
      onAsked: (question) => {
        expect(markOf(question)).toMatch(new RegExp(`^${name} `));
        questionsOn.set(markOf(question), (questionsOn.get(markOf(question)) ?? 0) + 1);
        return answerTo(name, question);
      },
    });
    await client.ask("logging/setLevel", { level: "debug" });
    const calls = targets.map(({ mark, server }, one) => {
      // The tokens are alike in all clients.
      const exchange: Exchange = client.call(
        `${server}__work`,
        { mark },
        {
          id: one,
          _meta: { progressToken: one },
        },
      );
      return { mark, exchange, token: one };
    });
    return Promise.all(
      calls.map(async ({ mark, exchange, token }) => {
        const { messages, response } = await exchange.done;
        for (const { params } of exchange.named("notifications/progress"))
          expect(params?.progressToken).toBe(token);
        const asked = messages.filter(({ method, id }) => method !== undefined && id !== undefined);
        expect(asked.map(markOf)).toEqual([mark, mark]);
        return { name, mark, messages, response };
      }),
    );
  });

  const heard = (await Promise.all(runs)).flat();
  expect(heard).toHaveLength(50);
  for (const { name, mark, messages, response } of heard) {
    expect(textOf(response)).toBe(`${mark} by ${name}, ${mark} by ${name}`);
    const told = messages
      .filter(({ id, method }) => id === undefined && method !== undefined)
      .map(({ method, params }) => [method, params?.message ?? params?.data]);
    expect(told).toEqual([
      ["notifications/progress", mark],
      ["notifications/message", mark],
      ["notifications/progress", mark],
      ["notifications/message", mark],
    ]);
    expect(messages.at(-1)).toBe(response);
  }
  expect(hub.errors).toEqual([]);
});
