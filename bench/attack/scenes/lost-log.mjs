// A hub is killed, and its write-ahead log or what was in its file is lost. It must not start as if nothing
// had ever been registered. This scene always has a hub of its own.
import { existsSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { isReady, startHub } from "../../gateway/hub.mjs";
import { folder, sleep } from "../../gateway/processes.mjs";
import { numbers } from "../stage.mjs";

const servers = 40;
const startMs = 20_000;

const losses = {
  "the -wal is missing": (file) => rmSync(`${file}-wal`, { force: true }),
  "hub.db is cut to nothing": (file) => {
    truncateSync(file, 0);
    for (const suffix of ["-wal", "-shm"]) rmSync(file + suffix, { force: true });
  },
};

async function start(dataDir) {
  const hub = await startHub(dataDir, { LOG_LEVEL: "error" }, "pipe");
  hub.said = "";
  for (const stream of [hub.child.stdout, hub.child.stderr])
    stream.on("data", (chunk) => {
      hub.said += chunk;
    });
  hub.ended = new Promise((resolve) => hub.child.once("exit", resolve));
  return hub;
}

export default {
  name: "lost-log",
  faults: ["S21"],
  title: "kill -9, then a start without the write-ahead log",
  isLight: true,
  async run(stage) {
    for (const [what, lose] of Object.entries(losses)) {
      const dataDir = join(folder, `lost-${what.replaceAll(/\W+/g, "-")}`);
      const first = await start(dataDir);
      await isReady(first);
      await Promise.all(
        numbers(servers).map((number) =>
          fetch(`${first.url}/register`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({
              name: `lost ${number}`,
              transport: "streamable-http",
              endpoint: `http://127.0.0.1:9/${number}/mcp`,
            }),
          }),
        ),
      );
      first.child.kill("SIGKILL");
      await first.ended;
      const file = join(dataDir, "hub.db");
      if (!existsSync(file)) throw new Error(`There is no ${file}`);
      lose(file);
      const second = await start(dataDir);
      stage.onClose(() => second.child.kill("SIGKILL"));
      const ready = isReady(second).then(
        () => "ready",
        () => "ended",
      );
      const came = await Promise.race([ready, second.ended.then(() => "ended"), sleep(startMs)]);
      if (came === "ended") {
        const { exitCode } = second.child;
        stage.must(
          what,
          `refuses to start, exit code ${exitCode}`,
          exitCode > 0 && /hub\.db/.test(second.said),
        );
      } else {
        const { servers: known } = await (await fetch(`${second.url}/servers`)).json();
        const isWhole = known.length === servers;
        stage.must(what, `starts with ${known.length} of ${servers} servers`, isWhole);
        second.child.kill("SIGKILL");
        await second.ended;
      }
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};
