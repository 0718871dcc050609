// Forty people are asked at once by one 2025 server, and take half a second to answer.
import { Connection } from "../../gateway/connection.mjs";
import { legacy, requestText } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { Events, text } from "../hostile-server.mjs";
import { numbers } from "../stage.mjs";

const people = 40;
const thinkMs = 500;
const wanted = {
  message: "Which word?",
  requestedSchema: { type: "object", properties: { word: { type: "string" } } },
};

/** A server whose tool asks its client as often as the argument `rounds` says, then ends with the last answer. */
export function askingServer() {
  const asked = new Map();
  let questions = 0;
  return {
    era: legacy,
    on: {
      "tools/call": ({ message, response }) => {
        const events = new Events(response);
        const ask = (rounds) => {
          questions += 1;
          const question = `question-${questions}`;
          asked.set(question, (word) => {
            if (rounds > 1) ask(rounds - 1);
            else events.end({ id: message.id, result: text(word) });
          });
          events.send({ id: question, method: "elicitation/create", params: wanted });
        };
        ask(message.params.arguments.rounds ?? 1);
      },
      response: ({ message }) => asked.get(message.id)?.(message.result?.content?.word ?? "none"),
    },
  };
}

export default {
  name: "questions-at-once",
  faults: ["S2"],
  title: "forty calls of one server that ask back at the same time",
  isLight: true,
  async run(stage) {
    const { id } = await stage.registered("asks", askingServer());
    const path = `/servers/${id}/mcp`;
    const target = { port: stage.hub.port, path, era: legacy };
    const capabilities = { elicitation: {} };
    const sessions = await Promise.all(
      numbers(people).map(() => stage.session(path, { capabilities })),
    );
    let finished = 0;
    async function person(session, index) {
      const connection = await Connection.open(stage.hub.port);
      stage.onClose(() => connection.close());
      let heard = "";
      let isAnswered = false;
      const params = { name: "echo", arguments: {} };
      const request = requestText(target, { id: 7, method: "tools/call", params, session });
      await connection.send(request, async (piece) => {
        heard += piece;
        const question = /"id":"(question-\d+)"/.exec(heard)?.[1];
        if (question === undefined || isAnswered) return;
        isAnswered = true;
        await sleep(thinkMs);
        const result = { action: "accept", content: { word: `word-${index}` } };
        await stage.respond(path, session, question, result).catch(() => undefined);
      });
      if (heard.includes(`word-${index}"`)) finished += 1;
    }
    const everybody = Promise.allSettled(sessions.map(person));
    await Promise.race([everybody, sleep(stage.scale(15_000, 6_000))]);
    stage.must(`calls of ${people} that finished`, finished, finished === people);
    const newcomer = await stage.session(path, { limitMs: 5_000 }).catch(() => undefined);
    stage.must(
      "a newcomer is let in",
      newcomer === undefined ? "no" : "yes",
      newcomer !== undefined,
    );
  },
};
