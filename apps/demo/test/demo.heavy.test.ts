import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

const main = join(import.meta.dirname, "../dist/main.js");

/** The demo as a real process, and every process it ever started, directly or not. */
class Demo {
  output = "";
  readonly folder = mkdtempSync(join(tmpdir(), "demo-test-"));
  readonly descendants = new Set<number>();
  readonly #child = spawn(process.execPath, [main, "--fast"], {
    env: { ...process.env, TMPDIR: this.folder, MCP_HUB_PORT: "", MCP_HUB_TOKEN: "of another hub" },
  });
  readonly #exit = once(this.#child, "exit");
  readonly #look = setInterval(() => this.#findDescendants(), 400);

  constructor() {
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on("data", (chunk) => {
        this.output += chunk;
      });
    }
  }

  async exitCode(): Promise<number | null> {
    const [code] = await this.#exit;
    clearInterval(this.#look);
    return code;
  }

  async says(text: string): Promise<void> {
    await until(`"${text}" in the output`, () => this.output.includes(text));
  }

  signal(signal: NodeJS.Signals): void {
    this.#findDescendants();
    this.#child.kill(signal);
  }

  async survivors(): Promise<readonly number[]> {
    for (let tries = 0; tries < 50 && this.#alive.length > 0; tries += 1) await sleep(100);
    return this.#alive;
  }

  end(): void {
    clearInterval(this.#look);
    this.#child.kill("SIGKILL");
    for (const pid of this.#alive) process.kill(pid, "SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #alive(): readonly number[] {
    return processes()
      .filter(({ pid, state }) => this.descendants.has(pid) && !state.startsWith("Z"))
      .map(({ pid }) => pid);
  }

  #findDescendants(): void {
    const family = new Set([this.#child.pid, ...this.descendants]);
    for (const { pid, parent, command } of processes()) {
      if (family.has(parent) && !command.startsWith("ps ")) this.descendants.add(pid);
    }
  }
}

function processes() {
  const lines = execFileSync("ps", ["-eo", "pid=,ppid=,stat=,args="], { encoding: "utf8" });
  return lines.split("\n").flatMap((line) => {
    const [pid, parent, state, ...command] = line.trim().split(/\s+/);
    if (state === undefined) return [];
    return [{ pid: Number(pid), parent: Number(parent), state, command: command.join(" ") }];
  });
}

let demo: Demo;
afterEach(() => demo.end());

describe.skipIf(process.platform === "win32")("the demo", () => {
  test("tells its story to the end and leaves nothing behind", async () => {
    demo = new Demo();
    expect([await demo.exitCode(), demo.output]).toEqual([0, expect.any(String)]);
    for (const line of [
      /\+ MCP Server 4 {2}registered/,
      /✓ MCP Server 3 {2}is up/,
      /mcp-server-1 +up +2 +http:\/\/127\.0\.0\.1:\d+\/mcp/,
      /greet1: Hello from MCP Server 1 !/,
      /greet4: Hello from MCP Server 4 !/,
      /! MCP Server 2 {2}became unreachable/,
      /Found no server that is up with a tool named "greet2"/,
      /✗ MCP Server 2 {2}is down/,
      /back by itself, under its name and at its address/,
      /all are back, none was lost/,
      /- MCP Server 3 {2}left/,
      /The story came out as told/,
      /http:\/\/127\.0\.0\.1:8001\/ +the page/,
    ]) {
      expect(demo.output).toMatch(line);
    }
    expect(demo.output).not.toContain("\u001b");
    expect(demo.descendants.size).toBeGreaterThan(6);
    expect(await demo.survivors()).toEqual([]);
    expect(readdirSync(demo.folder)).toEqual([]);
  });

  test("Ctrl-C in the middle ends all of it", async () => {
    demo = new Demo();
    await demo.says("2. A client");
    demo.signal("SIGINT");
    expect(await demo.exitCode()).toBe(130);
    expect(await demo.survivors()).toEqual([]);
    expect(readdirSync(demo.folder)).toEqual([]);
  });

  test("a demo that is killed with -9 takes all of it along", async () => {
    demo = new Demo();
    await demo.says("2. A client");
    demo.signal("SIGKILL");
    await demo.exitCode();
    expect(demo.descendants.size).toBeGreaterThan(6);
    expect(await demo.survivors()).toEqual([]);
  });
});
