import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../clock.js";
import { describeClock } from "./clock-contract.js";

describeClock("of the running process", () => ({
  clock: systemClock,
  pass: async () => {
    await sleep(20);
    return 20;
  },
}));
