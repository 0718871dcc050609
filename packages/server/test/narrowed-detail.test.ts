import { answerSchema, getServer } from "@hub/api";
import { closeAll, knownTokens, ModernUpstream, TestHub } from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const access = knownTokens({
  admin: [{ action: "admin" }],
  narrow: [{ action: "read", tools: ["forecast"] }],
});

test("who sees some tools of a server sees no limit of the others", async () => {
  const hub = await TestHub.start({ access, token: "admin" });
  await hub.register("weather", await ModernUpstream.start({ tools: ["forecast", "hidden_tool"] }));
  const toolTimeoutsMs = { forecast: 5_000, hidden_tool: 6_000 };
  const edit = await fetch(`${hub.url}/servers/weather`, {
    method: "PATCH",
    headers: { authorization: "Bearer admin", "content-type": "application/json" },
    body: JSON.stringify({ toolTimeoutsMs }),
  });
  expect(edit.status).toBe(200);
  const detailFor = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${hub.url}/servers/weather`, { headers });
    return answerSchema(getServer, 200).parse(await answer.json());
  };
  expect((await detailFor("admin")).edits?.toolTimeoutsMs).toEqual(toolTimeoutsMs);
  expect((await detailFor("narrow")).edits?.toolTimeoutsMs).toEqual({ forecast: 5_000 });
});
