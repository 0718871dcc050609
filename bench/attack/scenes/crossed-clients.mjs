// Alice and Bob use one stdio server through hub-register at the same time. What the server asks or logs in
// one's call says not whose it is, and must reach nobody else.
import { Connection } from "../../gateway/connection.mjs";
import { legacy, requestText } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { startWrapped } from "../wrapped.mjs";

export default {
  name: "crossed-clients",
  faults: ["S7"],
  title: "Alice and Bob on one stdio server through hub-register",
  isLight: true,
  async run(stage) {
    const { path } = await startWrapped(stage, "wrapped");
    const target = { port: stage.hub.port, path, era: legacy };
    const capabilities = { elicitation: {} };
    const seen = { alice: "", bob: "" };
    async function client(who) {
      const session = await stage.session(path, { capabilities });
      const answered = new Set();
      const hear = (piece) => {
        seen[who] += piece;
        for (const [, question] of seen[who].matchAll(
          /"id":("[^"]*"|\d+),"method":"elicitation\/create"/g,
        )) {
          if (answered.has(question)) continue;
          answered.add(question);
          const result = { action: "accept", content: { word: `answer of ${who}` } };
          stage.respond(path, session, JSON.parse(question), result).catch(() => undefined);
        }
      };
      await stage.listen(path, session, hear);
      const call = async (name, given) => {
        const connection = await Connection.open(stage.hub.port);
        stage.onClose(() => connection.close());
        const params = { name, arguments: given };
        let heard = "";
        const request = requestText(target, { id: 9, method: "tools/call", params, session });
        const answered = connection.send(request, (piece) => {
          heard += piece;
          hear(piece);
        });
        await Promise.race([answered.catch(() => undefined), sleep(8_000)]);
        return heard;
      };
      return { call };
    }
    const [alice, bob] = [await client("alice"), await client("bob")];
    let mixed = 0;
    const rounds = stage.scale(5, 1);
    for (let round = 0; round < rounds; round += 1) {
      const hers = alice.call("ask", { who: "alice", ms: 300 });
      await sleep(100);
      const his = bob.call("wait", { ms: 600 });
      if ((await hers).includes("answer of bob")) mixed += 1;
      await his;
    }
    const foreign = (who, other) => seen[who].split(`question for ${other}`).length - 1;
    const logs = (who, other) => seen[who].split(`log for ${other}`).length - 1;
    const questions = foreign("bob", "alice");
    stage.note("rounds", rounds);
    stage.must("questions to the wrong client", questions, questions === 0);
    stage.must("answers in the wrong call", mixed, mixed === 0);
    const heard = logs("bob", "alice");
    stage.must("log records to the wrong client", heard, heard === 0);
  },
};
