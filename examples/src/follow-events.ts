import { HubClient } from "@hub/client";

const hub = new HubClient();
for await (const event of hub.watch({ after: 0 })) {
  if (event.kind === "reset") console.log("older events are gone: read the list again");
  else console.log(event.seq, event.kind, event.name);
  if (event.kind === "registered") break;
}
