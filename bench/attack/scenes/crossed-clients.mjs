// Alice and Bob use one stdio server through hub-register at the same time. What the server asks or logs in
// one's call says not whose it is, and must reach nobody else.
import { Connection } from "../../gateway/connection.mjs";
import { legacy, requestText } from "../../gateway/mcp.mjs";
import { sleep } from "../../gateway/processes.mjs";
import { startWrapped } from "../wrapped.mjs";

/** Plays it on one server; how often the wrong one was asked, answered or told. */
async function play(stage, path, rounds) {
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
  let own = 0;
  for (let round = 0; round < rounds; round += 1) {
    const hers = alice.call("ask", { who: "alice", ms: 300 });
    await sleep(100);
    const his = bob.call("wait", { ms: 600 });
    const heard = await hers;
    if (heard.includes("answer of bob")) mixed += 1;
    if (heard.includes("answer of alice")) own += 1;
    await his;
  }
  const atBob = (what) => seen.bob.split(`${what} for alice`).length - 1;
  return { questions: atBob("question"), mixed, own, logs: atBob("log") };
}

export default {
  name: "crossed-clients",
  faults: ["S7"],
  title: "Alice and Bob on one stdio server through hub-register",
  isLight: true,
  async run(stage) {
    const rounds = stage.scale(5, 1);
    // As it is, and with one process for all clients.
    const played = await Promise.all(
      [[], ["--shared"]].map(async (flags) => {
        const { path } = await startWrapped(stage, "wrapped", { flags });
        return play(stage, path, rounds);
      }),
    );
    // A shared process asks nobody while two clients are there.
    const [{ own }] = played;
    stage.must(`calls of ${rounds} that got the right client's answer`, own, own === rounds);
    const sum = (key) => played.reduce((total, one) => total + one[key], 0);
    stage.note("rounds", rounds * played.length);
    for (const [what, key] of [
      ["questions to the wrong client", "questions"],
      ["answers in the wrong call", "mixed"],
      ["log records to the wrong client", "logs"],
    ])
      stage.must(what, sum(key), sum(key) === 0);
  },
};
