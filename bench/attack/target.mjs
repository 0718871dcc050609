// The hub that is attacked: one that the command starts for a scene, or one that runs already.
import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isReady, startHub } from "../gateway/hub.mjs";
import { cpuSeconds, folder, stop } from "../gateway/processes.mjs";

const megabyte = 1024 * 1024;
const answerMs = 15_000;
let started = 0;

/** A figure in megabytes of `/proc/PID/status`: `VmRSS` now, `VmHWM` the most so far. */
function statusMb(pid, field) {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(text)[1]) / 1024;
}

function sizeMb(path) {
  const sizes = readdirSync(path, { withFileTypes: true }).map((entry) => {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) return sizeMb(inner);
    return (statSync(inner, { throwIfNoEntry: false })?.size ?? 0) / megabyte;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A hub of the command's own, on an empty folder and a port of its own. */
export class OwnHub {
  isOwn = true;
  /** Whether it is there after the scene, which then has to tidy up. */
  livesOn = false;

  static async start(settings = {}) {
    started += 1;
    const hub = new OwnHub();
    hub.dataDir = join(folder, `hub-${started}`);
    const quiet = { LOG_LEVEL: "fatal", ...settings };
    Object.assign(hub, await startHub(hub.dataDir, quiet, "ignore"));
    await isReady(hub);
    return hub;
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async memoryMb() {
    return this.isRunning ? statusMb(this.pid, "VmRSS") : 0;
  }

  /** The most memory it has had so far. */
  async mostMemoryMb() {
    return this.isRunning ? statusMb(this.pid, "VmHWM") : 0;
  }

  cpuSeconds() {
    return this.isRunning ? cpuSeconds(this.pid) : undefined;
  }

  diskMb() {
    return sizeMb(this.dataDir);
  }

  async close() {
    // Nothing of it is needed any more, so it need not end in peace.
    this.child.kill("SIGKILL");
    await stop(this.child);
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** A hub that runs already. What cannot be known of it from outside is undefined. */
export class GivenHub {
  isOwn = false;
  livesOn = true;
  isRunning = true;

  static async find(url) {
    const hub = new GivenHub();
    hub.url = new URL(url).origin;
    hub.port = Number(new URL(url).port);
    const answer = await fetch(`${hub.url}/version`, { signal: AbortSignal.timeout(answerMs) });
    if ((await answer.json()).name !== "mcp-hub") throw new Error(`${url} is no MCP Hub.`);
    if ((await hub.memoryMb()) === undefined)
      throw new Error(`The hub at ${url} does not say its memory: it is too old.`);
    return hub;
  }

  async memoryMb() {
    const answer = await fetch(`${this.url}/healthz?verbose`, {
      signal: AbortSignal.timeout(answerMs),
    }).catch(() => undefined);
    const { memory } = answer?.ok ? await answer.json() : {};
    return memory === undefined ? undefined : memory.residentBytes / megabyte;
  }

  async mostMemoryMb() {
    return undefined;
  }

  cpuSeconds() {
    return undefined;
  }

  diskMb() {
    return undefined;
  }

  async close() {}
}

async function answers(hub) {
  if (hub?.isRunning !== true) return false;
  const asked = fetch(`${hub.url}/healthz`, { signal: AbortSignal.timeout(2_000) });
  return asked.then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Which hub a scene is played against. */
export class Hubs {
  #given;
  #isShort;
  #shared;

  constructor({ given, isShort }) {
    this.#given = given;
    this.#isShort = isShort;
  }

  /**
   * One of its own, so that what it takes is that scene's doing. In the short form those that leave nothing
   * behind share one: to start a hub takes longer than to play them.
   */
  async take(scene) {
    if (this.#given !== undefined) return GivenHub.find(this.#given);
    if (!this.#isShort || scene.isLight !== true)
      return OwnHub.start(scene.settings?.(this.#isShort));
    if (!(await answers(this.#shared))) {
      await this.#shared?.close();
      this.#shared = await OwnHub.start();
      this.#shared.livesOn = true;
    }
    return this.#shared;
  }

  async leave(hub) {
    if (hub !== this.#shared) await hub.close();
  }
}
