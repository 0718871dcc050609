// Several hubs on one Postgres behind an nginx without stickiness, for commands that try one hub or several:
// `npm run conformance -- --hubs 2`, `npm run cells -- --hubs 2`.
import { startBalancer } from "./faults/balancer.mjs";
import { atEnd, onStage } from "./faults/stage.mjs";
import { startHubs } from "./faults/three-hubs.mjs";
import { cleanUp } from "./gateway/processes.mjs";
import { Postgres } from "./postgres.mjs";

/**
 * Starts so many. Resolves with where clients reach them (`url`), where each of them listens itself (`own`), and how to
 * end all of it. The database, nginx and the hubs end with the process in any case.
 */
export function openHubs(count) {
  process.once("exit", cleanUp);
  return new Promise((resolve, reject) => {
    const open = async () => {
      const postgres = await Postgres.start();
      atEnd(() => postgres.close());
      const DATABASE_URL = postgres.newDatabase();
      const hubs = await startHubs(Array.from({ length: count }, () => ({ DATABASE_URL })));
      const url = await startBalancer(hubs);
      await new Promise((onOver) => {
        const close = () => {
          onOver();
          return over;
        };
        resolve({ url, own: hubs.map((hub) => hub.url), close });
      });
    };
    const over = onStage(open);
    over.catch(reject);
  });
}
