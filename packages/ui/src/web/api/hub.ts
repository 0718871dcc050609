import { HubClient } from "@hub/client";
import { learnHubTime } from "../live/clock.js";

/** As long as the slowest answer may take: what asks servers, and long lists over a slow line. */
const timeoutMs = 60_000;

/** The hub that this page came from. Each answer says its time as well. */
export const hub = new HubClient({
  url: location.origin,
  timeoutMs,
  fetch: async (input, init) => {
    const response = await fetch(input, init);
    learnHubTime(response.headers.get("date"));
    return response;
  },
});
