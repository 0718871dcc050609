// The files of a killed hub are damaged before it starts again: it must refuse, in words, and leave the files as they
// are, or else have everything that it acknowledged.
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isReady, startHub } from "../../gateway/hub.mjs";
import { stop } from "../../gateway/processes.mjs";
import { atLeast, none, spread, told } from "../figures.mjs";
import { Hub, newFolder } from "../stage.mjs";
import { Ledger, startWrites } from "../writes.mjs";

function flip(file) {
  const bytes = readFileSync(file);
  const at = Math.floor(Math.random() * bytes.length);
  for (let index = at; index < Math.min(bytes.length, at + 16); index += 1) bytes[index] ^= 0xff;
  writeFileSync(file, bytes);
}

const cut = (file) => truncateSync(file, Math.floor(Math.random() * readFileSync(file).length));

const damages = [
  ["bytes flipped in hub.db", (folder) => flip(join(folder, "hub.db"))],
  ["bytes flipped in hub.db-wal", (folder) => flip(join(folder, "hub.db-wal"))],
  ["hub.db cut", (folder) => cut(join(folder, "hub.db"))],
  ["hub.db-wal cut", (folder) => cut(join(folder, "hub.db-wal"))],
  ["hub.db gone", (folder) => rmSync(join(folder, "hub.db"))],
  ["hub.db-wal gone", (folder) => rmSync(join(folder, "hub.db-wal"))],
  ["hub.db empty", (folder) => truncateSync(join(folder, "hub.db"))],
  ["hub.db-wal empty", (folder) => truncateSync(join(folder, "hub.db-wal"))],
];

/** What is in the files that hold data. */
const digest = (folder) =>
  ["hub.db", "hub.db-wal"]
    .map((name) => join(folder, name))
    .map((file) =>
      existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : "none",
    )
    .join();

/** A folder as a kill leaves it, and what was acknowledged. */
async function killedFolder() {
  const hub = await Hub.start();
  const ledger = new Ledger();
  const writes = startWrites({ urls: [hub.url], callers: 8, ledger, enough: 200 });
  await writes.flowing;
  await hub.kill();
  await writes.stopped;
  return { dataDir: hub.dataDir, ledger };
}

/** Starts a hub on a folder; what it said, where it ended by itself. */
async function tryStart(dataDir) {
  const hub = await startHub(dataDir, { LOG_LEVEL: "error", LOG_FORMAT: "pretty" }, "pipe");
  let said = "";
  for (const stream of [hub.child.stdout, hub.child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      said += text;
    });
  const closed = new Promise((resolve) => hub.child.once("close", resolve));
  const isStarted = await isReady(hub).then(
    () => true,
    () => false,
  );
  const tookMs = performance.now() - hub.begin;
  if (!isStarted) await closed;
  return { hub, isStarted, tookMs, said, code: hub.child.exitCode };
}

export const corrupt = {
  name: "corrupt",
  title: "the files of a killed hub are damaged before it starts again",

  async run({ isShort }) {
    const rounds = isShort ? 1 : 10;
    const refusedMs = [];
    const wordless = [];
    const touched = [];
    const lost = [];
    let tries = 0;
    let started = 0;
    for (let round = 0; round < rounds; round += 1) {
      const { dataDir, ledger } = await killedFolder();
      for (const [what, damage] of damages) {
        const folder = newFolder();
        cpSync(dataDir, folder, { recursive: true });
        damage(folder);
        const before = digest(folder);
        const { hub, isStarted, tookMs, said, code } = await tryStart(folder);
        tries += 1;
        if (isStarted) {
          started += 1;
          const { servers } = await (await fetch(`${hub.url}/servers`)).json();
          const faults = ledger.compare(servers);
          lost.push(...[...faults.lost, ...faults.torn].map((fault) => `${what}: ${fault}`));
          await stop(hub.child);
        } else {
          refusedMs.push(tookMs);
          if (code === 0 || !said.includes("hub.db"))
            wordless.push(`${what}: exit code ${code}, ${JSON.stringify(said)}`);
          if (digest(folder) !== before) touched.push(`${what}: ${readdirSync(folder).join(", ")}`);
        }
        rmSync(folder, { recursive: true, force: true });
      }
    }
    return [
      told("damaged", `${tries} times, in ${damages.length} ways`),
      atLeast("starts refused", refusedMs.length, rounds),
      told("until a start was refused", spread(refusedMs)),
      none("refused without words that name the file, or with exit code 0", wordless),
      none("files changed by a start that was refused", touched),
      told("started all the same", started),
      none("started, and something acknowledged was missing", lost),
    ];
  },
};
