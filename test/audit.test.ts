import { answerSchema, listAudit } from "@hub/api";
import { HubProcess } from "@hub/testing";
import { expect, test } from "vitest";

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
      while (acknowledged.size < before + 40) await new Promise(setImmediate);
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
