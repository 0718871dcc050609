import { expect, test } from "vitest";
import { Catalogue } from "../catalogue.js";
import { allShares } from "./hub-share.js";
import { SharedObservations } from "./shared-observations.js";

test("what a hub of the version before says is understood, so that hubs can be rolled", () => {
  const heard: string[] = [];
  const observations = new SharedObservations({
    catalogue: new Catalogue(),
    share: allShares,
    now: () => ({ hub: 0, wall: 0, steady: 0 }),
    onBeat: (leaseHash) => void heard.push(leaseHash),
    onTrouble: (endpoint) => void heard.push(endpoint),
    onHeard: () => {},
  });
  const trouble = { code: "NOTHING_LISTENS", cause: "Nothing listens there.", fix: "Start it." };
  const withoutPaces = {
    beats: [["hash", 10, {}]],
    healths: [],
    troubles: [["http://127.0.0.1:1/mcp", trouble]],
  };
  observations.hear(withoutPaces, 5);
  expect(heard).toEqual(["hash", "http://127.0.0.1:1/mcp"]);
});
