import { answerSchema, createToken, getHealth, listAudit } from "@hub/api";
import { closeAll, HubProcess, ModernClient, ModernUpstream, until } from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const rounds = 3;

test("a hub that is killed has a line for every decision that it acknowledged, and none for another", async () => {
  const hub = await HubProcess.start();
  try {
    const acknowledged = new Set<string>();
    for (let round = 0; round < rounds; round += 1) {
      let next = 0;
      let isOver = false;
      const registering = async () => {
        while (!isOver) {
          const id = `round-${round}-server-${next++}`;
          const endpoint = `http://127.0.0.1:9/${id}`;
          try {
            const answer = await hub.register({ name: id, endpoint, transport: "http" });
            if (answer.ok) acknowledged.add(id);
          } catch {
            // It was killed before it answered.
          }
        }
      };
      const all = Promise.all(Array.from({ length: 8 }, registering));
      const before = acknowledged.size;
      await until("40 more registrations", () => acknowledged.size >= before + 40);
      await hub.program.kill("SIGKILL");
      isOver = true;
      await all;
      await hub.restart();
    }
    const registered = (await hub.servers()).map(({ id }) => id);
    const audited: string[] = [];
    let cursor = "";
    do {
      const answer = await fetch(`${hub.url}/audit?action=register&limit=1000${cursor}`);
      const page = answerSchema(listAudit, 200).parse(await answer.json());
      audited.push(...page.lines.flatMap(({ server }) => server ?? []));
      cursor = page.nextCursor === undefined ? "" : `&cursor=${page.nextCursor}`;
    } while (cursor !== "");
    expect(audited.toSorted()).toEqual(registered.toSorted());
    expect([...acknowledged].filter((id) => !audited.includes(id))).toEqual([]);
    expect(acknowledged.size).toBeGreaterThanOrEqual(rounds * 40);
  } finally {
    await hub.stop();
  }
});

test("a hub that is killed has the calls that it had handed over, though nobody waited for the disk", async () => {
  const hub = await HubProcess.start();
  const upstream = await ModernUpstream.start({ tools: ["forecast"] });
  try {
    await hub.register({ name: "weather", endpoint: upstream.endpoint, transport: "http" });
    await until("it to be up", async () => (await hub.servers())[0]?.status === "up");
    const made = await fetch(`${hub.url}/tokens`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name: "Ops", grants: [{ action: "admin" }] }),
    });
    const { token } = answerSchema(createToken, 201).parse(await made.json());
    const ask = (path: string) =>
      fetch(`${hub.url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const client = new ModernClient(hub.url, { token });
    for (let call = 0; call < 130; call += 1)
      await client.ask("tools/call", { name: "weather__forecast", arguments: {} });
    // To ask for the audit would write them.
    await until("no call to wait", async () => {
      const answer = await (await ask("/healthz?verbose")).json();
      const { budgets = [] } = answerSchema(getHealth, 200).parse(answer);
      return budgets.find(({ name }) => name === "auditCallsWaiting")?.used === 0;
    });
    await hub.program.kill("SIGKILL");
    await hub.restart();
    const found = await (await ask("/audit?action=call&limit=1000")).json();
    const { lines } = answerSchema(listAudit, 200).parse(found);
    expect(lines).toHaveLength(130);
    expect(lines[0]).toMatchObject({ server: "weather", subject: "forecast" });
  } finally {
    await hub.stop();
  }
});
