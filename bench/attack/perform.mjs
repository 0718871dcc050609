// Runs one scene against one hub: a quiet time first, then the attack, with a bystander beside both.
import { fork } from "node:child_process";
import { beforeEnd, keep, sleep, stop } from "../gateway/processes.mjs";
import { Stage } from "./stage.mjs";

const sampleMs = 100;
const longestSceneMs = 240_000;

class Bystander {
  static async start(port, tool) {
    const bystander = new Bystander();
    const path = new URL("bystander.mjs", import.meta.url).pathname;
    const stdio = ["ignore", "inherit", "inherit", "ipc"];
    bystander.child = keep(fork(path, [String(port), tool], { stdio }));
    await bystander.#answer();
    return bystander;
  }

  begin() {
    this.child.send("start");
  }

  async end() {
    this.child.send("stop");
    return this.#answer();
  }

  #answer() {
    return new Promise((resolve, reject) => {
      this.child.once("message", resolve);
      this.child.once("exit", () => reject(new Error("The bystander ended.")));
    });
  }
}

/** Looks at the hub's memory until it is told to stop, which gives the most that was seen. */
function watchMemory(hub) {
  let most = 0;
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, (await hub.memoryMb().catch(() => undefined)) ?? 0);
      await sleep(sampleMs);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return most;
  };
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

async function idleMemory(hub) {
  const samples = [];
  for (let sample = 0; sample < 5; sample += 1) {
    samples.push((await hub.memoryMb()) ?? 0);
    await sleep(20);
  }
  return median(samples);
}

async function attack(scene, stage) {
  let timer;
  const tooLong = new Promise((_, reject) => {
    const error = new Error(`it did not end within ${longestSceneMs / 1_000} s`);
    timer = setTimeout(() => reject(error), longestSceneMs);
  });
  try {
    await Promise.race([scene.run(stage), tooLong]);
  } catch (error) {
    stage.must("the scene could be played", error.message, false);
  } finally {
    clearTimeout(timer);
  }
}

/** What came of it, as plain data. `goodEndpoint` is that of the server the bystander calls. */
export async function perform(scene, hub, { isShort, goodEndpoint }) {
  const stage = new Stage({ hub, isShort });
  const unwatch = beforeEnd(() => stage.close());
  let bystander;
  try {
    const good = await stage.register("bystander", goodEndpoint);
    bystander = await Bystander.start(hub.port, `${good.id}__echo`);
    const quietMs = isShort ? 300 : 5_000;
    bystander.begin();
    await sleep(quietMs);
    const quiet = await bystander.end();
    const idleMb = await idleMemory(hub);
    const mostBeforeMb = await hub.mostMemoryMb();
    const [diskBefore, cpuBefore] = [hub.diskMb(), hub.cpuSeconds()];
    const began = performance.now();
    const memory = watchMemory(hub);
    bystander.begin();
    await attack(scene, stage);
    const under = await bystander.end();
    let peakMb = await memory();
    // The kernel remembers more than samples see, once it is more than the start itself took.
    const mostMb = await hub.mostMemoryMb();
    if (mostMb !== undefined && mostMb > mostBeforeMb) peakMb = Math.max(peakMb, mostMb);
    const seconds = (performance.now() - began) / 1_000;
    const diskMb = hub.isRunning ? minus(hub.diskMb(), diskBefore) : undefined;
    const cpuSeconds = minus(hub.cpuSeconds(), cpuBefore);
    const health = await stage.rest("GET", "/healthz", { limitMs: 10_000 }).catch(() => undefined);
    const lives = health?.status === 200;
    stage.must("the hub lives", lives ? "yes" : "no", lives);
    stage.must("turns of the bystander that failed", under.failed, under.failed === 0);
    if (under.reason !== undefined) stage.note("why the first of them failed", under.reason);
    await stage.close();
    return {
      name: scene.name,
      faults: scene.faults,
      title: scene.title,
      claims: stage.claims,
      notes: stage.notes,
      quiet,
      under,
      idleMb,
      peakMb,
      afterMb: await hub.memoryMb().catch(() => undefined),
      diskMb,
      cpuSeconds,
      seconds,
    };
  } finally {
    unwatch();
    if (bystander !== undefined) await stop(bystander.child);
    await stage.close();
  }
}

const minus = (one, other) => (one === undefined || other === undefined ? undefined : one - other);
