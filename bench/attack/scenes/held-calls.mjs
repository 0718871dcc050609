// A thousand modern calls whose 2025 server asks back and that nobody comes back to, against one whose client does.
import { modern } from "../../gateway/mcp.mjs";
import { each, numbers, textOf } from "../stage.mjs";
import { askingServer } from "./questions-at-once.mjs";

const capabilities = { elicitation: { form: {} } };

export default {
  name: "held-calls",
  faults: ["S17"],
  title: "1,000 questions that nobody answers against one held call",
  async run(stage) {
    const { id } = await stage.registered("asks", askingServer());
    const path = `/servers/${id}/mcp`;
    const call = (params, limitMs) =>
      stage.call(
        path,
        modern,
        "tools/call",
        { name: "echo", ...params },
        { capabilities, limitMs },
      );
    const mine = { arguments: { rounds: 2 } };
    const answer = ({ message }, word) => {
      const { requestState, inputRequests = {} } = message?.result ?? {};
      const [key] = Object.keys(inputRequests);
      const inputResponses = { [key]: { action: "accept", content: { word } } };
      return call({ ...mine, requestState, inputResponses });
    };
    // It has come back once, so it is in use; its second question waits while the others come.
    const second = await answer(await call(mine), "first");
    if (second.message?.result?.requestState === undefined)
      throw new Error(`No second question came: ${JSON.stringify(second.message)}`);
    let held = 0;
    let refused = 0;
    await each(numbers(stage.scale(1_100, 1_010)), 16, async () => {
      const { message } = await call({ arguments: {} }, 20_000).catch(() => ({}));
      if (message?.result?.requestState === undefined) refused += 1;
      else held += 1;
    });
    stage.note("held", held);
    stage.note("refused", refused);
    const { message: last } = await answer(second, "my answer");
    const isGood = textOf(last) === "my answer";
    stage.must("the held call goes on", isGood ? "yes" : "no", isGood);
  },
};
