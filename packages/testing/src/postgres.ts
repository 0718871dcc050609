import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.js";
import { Program } from "./hub-process.js";

/** Where Debian keeps the programs of PostgreSQL, one folder a version; elsewhere they are on the PATH. */
const debianFolder = "/usr/lib/postgresql";

function programsFolder(): string {
  if (!existsSync(debianFolder)) return "";
  const versions = readdirSync(debianFolder).map(Number);
  return `${debianFolder}/${Math.max(...versions)}/bin/`;
}

/** PostgreSQL does not run as root: there it runs as its own user. */
function ownUser(): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** A PostgreSQL server of this test's own, whose databases are new. */
export class Postgres {
  readonly #folder: string;
  readonly #port: number;
  #program: Program | undefined;
  #databases = 0;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  /** Needs the programs of PostgreSQL on the machine. */
  static async start(): Promise<Postgres> {
    const folder = mkdtempSync(join(tmpdir(), "mcp-hub-postgres-"));
    const { uid, gid } = ownUser();
    if (uid !== undefined && gid !== undefined) chownSync(folder, uid, gid);
    const postgres = new Postgres(folder, await freePort());
    const args = [
      "-D",
      join(folder, "data"),
      "-A",
      "trust",
      "-U",
      "hub",
      "-E",
      "UTF8",
      "--no-sync",
    ];
    await run("initdb", [...args, "--no-locale"]);
    await postgres.resume();
    return postgres;
  }

  /** Starts the server again after `crash` or `stop`. */
  async resume(): Promise<void> {
    const args = ["-D", join(this.#folder, "data"), "-k", this.#folder, "-h", "127.0.0.1"];
    const program = new Program(
      `${programsFolder()}postgres`,
      [...args, "-p", String(this.#port)],
      {},
      {
        cwd: this.#folder,
        ...ownUser(),
      },
    );
    this.#program = program;
    await program.saw("database system is ready to accept connections");
  }

  /** Ends it at once, as a power cut does. */
  async crash(): Promise<void> {
    await this.#program?.kill("SIGQUIT");
  }

  /** Ends it in order: connections are broken off. */
  async stop(): Promise<void> {
    await this.#program?.kill("SIGINT");
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The address of a new, empty database. */
  async newDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `hub${this.#databases}`;
    await this.sql("postgres", `CREATE DATABASE ${name}`);
    return this.urlOf(name);
  }

  urlOf(database: string): string {
    return `postgres://hub@127.0.0.1:${this.#port}/${database}`;
  }

  /** Runs statements beside the hub; returns what psql prints. */
  sql(database: string, statements: string): Promise<string> {
    const args = ["-h", "127.0.0.1", "-p", String(this.#port), "-U", "hub", "-d", database];
    return run("psql", [
      ...args,
      "-X",
      "-q",
      "-A",
      "-t",
      "-v",
      "ON_ERROR_STOP=1",
      "-c",
      statements,
    ]);
  }
}

/** Runs one of its programs; throws what it printed when it fails. */
async function run(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(`${programsFolder()}${program}`, args, { cwd: tmpdir(), ...ownUser() });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const code = await new Promise((resolve, reject) =>
    child.on("close", resolve).on("error", reject),
  );
  if (code !== 0) throw new Error(`${program}: ${errors}`);
  return output.trim();
}
