import { startHub } from "@hub/server";
import { FollowedStore } from "./followed-store.js";

const file = process.env.EVENTS_FILE ?? "./events.jsonl";
const hub = await startHub({
  config: { port: 0 },
  store: ({ budgets }) => new FollowedStore(file, budgets),
});
console.log(`listening at ${hub.url}`);
process.once("SIGTERM", () => hub.stop());
