// A PostgreSQL server of a bench's own. The tests' one is in packages/testing, in TypeScript, which benches cannot
// load without a build.
import { spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, keep, sleep } from "./gateway/processes.mjs";

/** Where Debian keeps the programs, one folder a version; elsewhere they are on the PATH. */
const debianFolder = "/usr/lib/postgresql";

function pathOf(program) {
  if (!existsSync(debianFolder)) return program;
  return join(debianFolder, String(Math.max(...readdirSync(debianFolder))), "bin", program);
}

/** PostgreSQL does not run as root: there it runs as its own user. */
function ownUser() {
  if (process.getuid?.() !== 0) return {};
  const id = (flag) => Number(spawnSync("id", [flag, "postgres"], { encoding: "utf8" }).stdout);
  return { uid: id("-u"), gid: id("-g") };
}

function run(program, args) {
  const options = { cwd: tmpdir(), encoding: "utf8", ...ownUser() };
  const { status, stdout, stderr } = spawnSync(pathOf(program), args, options);
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout.trim();
}

export class Postgres {
  #folder = mkdtempSync(join(tmpdir(), "mcp-hub-bench-postgres-"));
  #databases = 0;
  #child;

  /** It syncs its writes, as it does by default. */
  static async start() {
    const postgres = new Postgres();
    const { uid, gid } = ownUser();
    if (uid !== undefined) chownSync(postgres.#folder, uid, gid);
    postgres.port = await freePort();
    const options = ["-A", "trust", "-U", "hub", "-E", "UTF8", "--no-sync", "--no-locale"];
    run("initdb", ["-D", join(postgres.#folder, "data"), ...options]);
    await postgres.resume();
    return postgres;
  }

  /** Starts it, again after `end`; resolves when it takes connections. */
  async resume() {
    const args = ["-D", join(this.#folder, "data"), "-k", this.#folder, "-h", "127.0.0.1"];
    const options = { cwd: this.#folder, stdio: "ignore", ...ownUser() };
    // Killed, it would leave its processes behind; SIGQUIT ends them all at once.
    this.#child = keep(
      spawn(pathOf("postgres"), [...args, "-p", String(this.port)], options),
      "SIGQUIT",
    );
    while (this.#ask("postgres", "SELECT 1").status !== 0) {
      if (this.#child.exitCode !== null) throw new Error("PostgreSQL ended while it started.");
      await sleep(50);
    }
  }

  /** SIGINT: in order, with connections broken off. SIGQUIT: at once, as in a power cut. */
  async end(signal = "SIGINT") {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
  }

  async close() {
    await this.end("SIGQUIT");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The address of a new, empty database. */
  newDatabase() {
    this.#databases += 1;
    const name = `hub${this.#databases}`;
    const { status, stderr } = this.#ask("postgres", `CREATE DATABASE ${name}`);
    if (status !== 0) throw new Error(stderr);
    return `postgres://hub@127.0.0.1:${this.port}/${name}`;
  }

  /** What a statement answers, as text. `url` is a database of this server. */
  query(url, statement) {
    const { status, stdout, stderr } = this.#ask(new URL(url).pathname.slice(1), statement);
    if (status !== 0) throw new Error(stderr);
    return stdout.trim();
  }

  /** The processes of the server. */
  pids() {
    const { pid } = this.#child;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return [pid, ...children.trim().split(/\s+/).map(Number)];
  }

  #ask(database, statement) {
    const place = ["-h", "127.0.0.1", "-p", String(this.port), "-U", "hub", "-d", database];
    const form = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement];
    return spawnSync(pathOf("psql"), [...place, ...form], {
      encoding: "utf8",
      ...ownUser(),
      cwd: tmpdir(),
    });
  }
}
