import { beforeAll, describe, expect, it } from "vitest";
import { type Cell, everything, isInSample, tryCells } from "./cells/cells.js";
import { failures } from "./cells/table.js";

let cells: readonly Cell[] = [];

// `npm run cells` tries each pair on every path.
beforeAll(async () => {
  cells = await tryCells(everything, isInSample);
}, 300_000);

describe("Any client works with any server", () => {
  for (const client of everything.clients)
    for (const server of everything.servers)
      it(`${client} and ${server} lose nothing through the hub`, () => {
        const pair = cells.filter((cell) => cell.client === client && cell.server === server);
        expect(pair.length).toBeGreaterThan(everything.features.length / 2);
        expect(failures(pair)).toEqual([]);
      });
});
