import { answerSchema, getServerHistory, getServerUptime } from "@hub/api";
import { closeAll, HubProcess, ModernClient, ModernUpstream, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";

let hub: HubProcess | undefined;
afterEach(async () => {
  await hub?.stop();
  await closeAll();
});

test("a hub that is killed with -9 has its calls and statuses again, and knows nothing of the time without it", async () => {
  const running = await HubProcess.start();
  hub = running;
  const upstream = await ModernUpstream.start({ tools: ["forecast"] });
  await fetch(`${running.url}/register`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Weather", transport: "http", endpoint: upstream.endpoint }),
  });
  await running.status("weather", "up");
  await new ModernClient(running.url).ask("tools/call", {
    name: "weather__forecast",
    arguments: {},
  });
  const budget = async (name: string): Promise<number | undefined> => {
    const answer = await fetch(`${running.url}/healthz?verbose=true`);
    const { budgets } = (await answer.json()) as { budgets: { name: string; used: number }[] };
    return budgets.find((one) => one.name === name)?.used;
  };
  await until("the call to be written", async () => (await budget("callMinuteBytes")) !== 0);
  await until("the status to be written", async () => ((await budget("statusBytes")) ?? 0) > 250);
  await running.program.kill("SIGKILL");
  const killedAt = Date.now();
  await running.restart();
  const history = await fetch(`${running.url}/servers/weather/history`);
  const { sum, slots } = answerSchema(getServerHistory, 200).parse(await history.json());
  expect([sum.calls, slots.length]).toEqual([1, 1]);
  const uptime = await fetch(`${running.url}/servers/weather/uptime`);
  const { spans } = answerSchema(getServerUptime, 200).parse(await uptime.json());
  const [first] = spans;
  expect(Object.keys(first?.times ?? {})).toEqual(["up"]);
  expect(Date.parse(first?.to ?? "")).toBeLessThanOrEqual(killedAt);
  for (const { from } of spans.slice(1)) expect(Date.parse(from)).toBeGreaterThan(killedAt);
});
