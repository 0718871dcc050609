import { beforeAll, describe, expect, it } from "vitest";
import { type Cell, canTalk, everything, paths, tryCells } from "./cells/cells.js";
import { failures } from "./cells/table.js";

let cells: readonly Cell[] = [];

beforeAll(async () => {
  cells = await tryCells(everything);
}, 300_000);

describe("Any client works with any server", () => {
  for (const client of everything.clients)
    for (const server of everything.servers)
      it(`${client} and ${server} lose nothing through the hub`, () => {
        const pair = cells.filter((cell) => cell.client === client && cell.server === server);
        const ways = paths.filter((path) => canTalk(client, server, path));
        expect(pair).toHaveLength(ways.length * everything.features.length);
        expect(failures(pair)).toEqual([]);
      });
});
