import { HubClientError, type LeaseClient, type RegisterAnswer } from "@hub/client";
import { expect, test } from "vitest";
import { tellFinding } from "./finding.js";

/** What is told of a hub that refuses with `status` as often as it is asked, and how often that was. */
async function toldOf(status: number) {
  let asked = 0;
  const said: string[] = [];
  const hub: Pick<LeaseClient, "authorization" | "server" | "whoAmI"> = {
    authorization: async () => ({}),
    whoAmI: async () => {
      throw new Error("Without a token there is nothing to ask.");
    },
    server: async () => {
      asked += 1;
      throw new HubClientError({ status, code: "X", detail: "No." });
    },
  };
  const answer = { server: { id: "s" }, instance: { id: "i" } } as unknown as RegisterAnswer; // as much as is read
  await tellFinding(hub, answer, {
    time: { monotonicMs: () => 0, wallMs: () => 0, sleep: async () => undefined },
    log: ({ message }) => void said.push(message),
    signal: new AbortController().signal,
  });
  return { asked, said };
}

test.each([401, 403])(
  "a hub that says %i is asked once, and a person is told why",
  async (status) => {
    const { asked, said } = await toldOf(status);
    expect(asked).toBe(1);
    expect(said).toEqual([expect.stringMatching(/does not say here.*No\./)]);
  },
);

test.each([0, 404, 429, 503])("a hub that says %i is asked again", async (status) => {
  const { asked, said } = await toldOf(status);
  expect(asked).toBeGreaterThan(1);
  expect(said).toEqual([]);
});
