import { expect, test } from "vitest";
import { CallsBySession } from "./session-calls.js";

test("what was asked in calls that are over takes nothing from later ones", () => {
  const calls = new CallsBySession();
  let waits = 0;
  const place = () => ({
    waitForClient: () => {
      waits += 1;
    },
    goOn: () => {
      waits -= 1;
    },
  });
  // One call is always there, so the session is never forgotten.
  const end = calls.begin("s", place());
  for (let round = 0; round < 5_000; round += 1) {
    const call = place();
    const over = calls.begin("s", call);
    calls.asked("s", round, call);
    over();
  }
  expect(waits).toBe(5_000);
  const last = place();
  calls.begin("s", last);
  calls.asked("s", "last", last);
  calls.answered("s", "last");
  expect(waits).toBe(5_000);
  calls.asked("s", "outside", undefined);
  expect(waits).toBe(5_002);
  end();
  calls.answered("s", "outside");
  expect(waits).toBe(5_001);
});
