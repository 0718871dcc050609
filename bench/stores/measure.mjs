// Measures embedded SQLite packages as the hub's store: speed, syncs, locks, damage, full disk.
// `node bench/stores/measure.mjs [libsql@0.5.29 ...]` installs each package in a temporary folder and prints
// one line a figure. Counting syncs needs strace. `--small=<folder on a 2 MiB disk>` fills that disk.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const specs = [
  "libsql@0.5.29",
  "@libsql/client@0.18.0",
  "better-sqlite3@12",
  "better-sqlite3@13",
  "node-sqlite3-wasm@0.8.60",
];
/** Exclusive first: the first WAL access then takes the lock, and no -shm file is made. */
const setup = `PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS entry (id TEXT PRIMARY KEY, doc) WITHOUT ROWID;`;
const upsert = "INSERT INTO entry VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc";
const select = "SELECT doc FROM entry WHERE id = ?";
let revision = 0;
/** Differs each time: SQLite writes no page, and syncs nothing, for a row that stays the same. */
const doc = () => JSON.stringify({ revision: ++revision, text: "x".repeat(1000) });

/** One shape over the packages; waiting on a value that is no promise costs under a microsecond. */
function openStore(name, folder, file, options = {}) {
  const loaded = createRequire(join(folder, "package.json"))(name);
  if (name === "@libsql/client") {
    const client = loaded.createClient({ url: `file:${file}` });
    const get = async (sql, args = []) => (await client.execute({ sql, args })).rows[0];
    const calls = (sql, rows) => rows.map((args) => ({ sql, args }));
    const group = (sql, rows) => client.batch(calls(sql, rows), "write");
    const exec = (sql) => client.executeMultiple(sql);
    return { exec, get, run: get, group, close: () => client.close() };
  }
  const isWasm = name === "node-sqlite3-wasm";
  const db = new (isWasm ? loaded.Database : loaded)(file, isWasm ? {} : options);
  const prepared = new Map();
  const prepare = (sql) => prepared.get(sql) ?? prepared.set(sql, db.prepare(sql)).get(sql);
  const run = (sql, args) => prepare(sql).run(args);
  const group = (sql, rows) => {
    db.exec("BEGIN IMMEDIATE");
    for (const row of rows) run(sql, row);
    db.exec("COMMIT");
  };
  const get = (sql, args = []) => prepare(sql).get(args);
  return { exec: (sql) => db.exec(sql), get, run, group, close: () => db.close() };
}

const say = (value) => fs.writeSync(1, `${JSON.stringify(value)}\n`);
const first = async (store, sql) => Object.values(await store.get(sql))[0];
const roles = {
  async speed(open, file) {
    const rate = async (count, perTurn, turn) => {
      const at = performance.now();
      for (let i = 0; i < count / perTurn; i++) await turn(i);
      return Math.round((count * 1000) / (performance.now() - at));
    };
    const openedAt = performance.now();
    const store = open(file);
    await store.exec(setup);
    const told = { openMs: Math.round(performance.now() - openedAt) };
    const row = (i) => [`s${i % 500}`, doc()];
    told.single = await rate(4000, 1, (i) => store.run(upsert, row(i)));
    const rows = (group) => Array.from({ length: 16 }, (_, i) => row(group * 16 + i));
    told.grouped = await rate(16000, 16, (group) => store.group(upsert, rows(group)));
    told.reads = await rate(30000, 1, (i) => store.get(select, [`s${i % 500}`]));
    told.rssMiB = process.memoryUsage().rss >> 20;
    const big = Buffer.alloc(2 ** 22, 0xa5);
    await store.run(upsert, ["big", big]);
    told.isBigSame = big.equals(Buffer.from((await store.get(select, ["big"])).doc));
    told.synchronous = await first(store, "PRAGMA synchronous");
    say({ ...told, sqlite: await first(store, "SELECT sqlite_version()") });
  },
  /** Commits `count` rows, acknowledging each, then dies without a close: no checkpoint follows. */
  async write(open, file, from, count) {
    const store = open(file);
    await store.exec(setup);
    for (let i = Number(from); i < Number(from) + Number(count); i++) {
      await store.run(upsert, [`r${i}`, doc()]);
      say(i);
    }
    process.kill(process.pid, "SIGKILL");
  },
  /** Opens as the hub would and tells what happened, or at which step it failed. */
  async look(open, file, mode, rows = "0") {
    const told = { step: "open" };
    const at = performance.now();
    try {
      const store = open(file, { readonly: mode === "readonly" });
      if (mode !== "readonly") await store.exec("PRAGMA locking_mode = EXCLUSIVE");
      told.step = "use";
      told.version = await first(store, "PRAGMA user_version");
      told.check = await first(store, "PRAGMA quick_check(1)");
      if (mode === "write") await store.exec(setup);
      for (let i = 0; i < Number(rows); i++) await store.run(upsert, [`w${i}`, doc()]);
      told.rows = await first(store, "SELECT count(*) FROM entry");
      await store.close();
      told.step = "done";
    } catch ({ code, rawCode, message }) {
      Object.assign(told, { code, rawCode, message, ms: Math.round(performance.now() - at) });
    }
    say(told);
  },
};

async function measure(spec, small) {
  const folder = fs.mkdtempSync(join(tmpdir(), "stores-"));
  fs.chmodSync(folder, 0o755);
  fs.writeFileSync(join(folder, "package.json"), '{"private":true}');
  const report = (what, ...values) => console.log(`${spec} | ${what} |`, ...values);
  const at = Date.now();
  const { status } = spawnSync("npm", ["install", "--no-audit", spec], { cwd: folder });
  const megabytes = Number.parseInt(spawnSync("du", ["-sm", folder]).stdout, 10);
  report("install", `status ${status}, ${(Date.now() - at) / 1000} s, ${megabytes} MB`);
  const name = spec.replace(/@[^@]+$/, "");
  const child = (args) => [process.argv[1], "--child", name, folder, ...args];
  const run = (args, options) => {
    const done = spawnSync(process.execPath, child(args), { encoding: "utf8", ...options });
    return done.stdout.trim() || `${done.signal ?? done.status} ${done.stderr.slice(0, 300)}`;
  };
  const file = (label) => join(folder, label);
  const speed = run(["speed", file("speed")]);
  report("speed", speed);
  if (!speed.startsWith("{")) return;
  const hot = [process.execPath, ...child(["write", file("hot"), "0", "100"])];
  const trace = spawnSync("strace", ["-f", "-c", "-e", "trace=fsync,fdatasync", ...hot]).stderr;
  report("calls in 100 commits", String(trace).match(/\d+ +f\w*sync/)?.[0]);
  /** A writer that runs until the function it gives, which tells the last row acknowledged. */
  const startWriter = async (path, from) => {
    const writer = spawn(process.execPath, child(["write", path, String(from), "1e9"]));
    let output = "";
    writer.stdout.on("data", (chunk) => (output += chunk));
    const closed = once(writer, "close");
    await Promise.race([once(writer.stdout, "data"), closed]);
    return async () => {
      writer.kill("SIGKILL");
      await closed;
      return Number(output.trimEnd().split("\n").at(-1));
    };
  };
  const killHolder = await startWriter(file("lock"), 0);
  report("second process", run(["look", file("lock"), "write"]));
  await killHolder();
  const afterKill = run(["look", file("lock"), "write"]);
  report("after kill -9 of the holder", afterKill);
  if (!afterKill.includes("done")) return;
  const copy = (from, to) => {
    fs.copyFileSync(from, to);
    if (fs.existsSync(`${from}-wal`)) fs.copyFileSync(`${from}-wal`, `${to}-wal`);
  };
  let [acknowledged, lost] = [-1, 0];
  for (let cycle = 0; cycle < 20; cycle++) {
    const kill = await startWriter(file("kill"), acknowledged + 1);
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 80));
    acknowledged = await kill();
    copy(file("kill"), file("seen"));
    lost += Math.max(0, acknowledged + 1 - JSON.parse(run(["look", file("seen"), "read"])).rows);
  }
  report("kill -9, 20 cycles", `${acknowledged + 1} acknowledged, ${lost} lost`);
  copy(file("hot"), file("settled"));
  run(["look", file("settled"), "read"]); // its close moves the -wal into the file
  const hash = (path) => createHash("sha1").update(fs.readFileSync(path)).digest("hex").slice(0, 6);
  const hashes = (path) =>
    ["", "-wal", "-shm"].map((end) => (fs.existsSync(path + end) ? hash(path + end) : "-"));
  const trial = (label, source, end, damage, mode = "read") => {
    const path = file(`trial ${label}`);
    copy(file(source), path);
    fs.writeFileSync(path + end, damage(fs.readFileSync(path + end)));
    report(label, hashes(path).join(" "), run(["look", path, mode]), hashes(path).join(" "));
  };
  trial("hot wal", "hot", "", (bytes) => bytes);
  trial("hot wal readonly", "hot", "", (bytes) => bytes, "readonly");
  trial("flipped bytes", "settled", "", (bytes) => bytes.fill(0xff, 4096));
  trial("garbage header", "settled", "", (bytes) => bytes.fill(0x41, 0, 100));
  trial("garbage header hot wal", "hot", "", (bytes) => bytes.fill(0x41, 0, 100));
  trial("damaged wal", "hot", "-wal", (bytes) => bytes.fill(0xff, bytes.length >> 1));
  trial("file of no bytes", "settled", "", () => "");
  fs.mkdirSync(file("closed"));
  copy(file("settled"), file("closed/old"));
  fs.chmodSync(file("closed/old"), 0o666);
  fs.chmodSync(file("closed"), 0o555);
  const asUser = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}; // root may write anywhere
  report("folder closed, no file", run(["look", file("closed/new"), "write"], asUser));
  report("folder closed, with file", run(["look", file("closed/old"), "write"], asUser));
  if (small) report("full disk", run(["look", join(small, String(Date.now())), "write", "5000"]));
}

const [flag, name, folder, role, ...args] = process.argv.slice(2);
if (flag === "--child") {
  await roles[role]((...opened) => openStore(name, folder, ...opened), ...args);
} else {
  const small = process.argv.find((arg) => arg.startsWith("--small="))?.slice(8);
  const asked = process.argv.slice(2).filter((arg) => specs.includes(arg));
  for (const spec of asked.length > 0 ? asked : specs) await measure(spec, small);
}
