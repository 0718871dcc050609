// The web UI with 500 servers of 20 tools: how soon it is there, how quickly it answers, what it needs.
import { join } from "node:path";
import { chromium } from "playwright-core";
import { chromium as installed } from "../scripts/chromium.mjs";
import { allUp, isReady, register, startHub } from "./gateway/hub.mjs";
import { cleanUp, folder, startScript, stop } from "./gateway/processes.mjs";

const servers = 500;
const toolsEach = 20;
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);

const upstream = await startScript("upstream.mjs");
const hub = await startHub(join(folder, "ui"));
await isReady(hub);
for (let index = 1; index <= servers; index += 1)
  await register(hub, `Bench ${index}`, `${upstream.url}/modern/${index}/${toolsEach}/mcp`);
await allUp(hub, servers);

const browser = await chromium.launch({
  executablePath: installed(),
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--enable-precise-memory-info"],
});

/** Draws the next frame and says how long the longest of a scroll through everything took. */
const scrollThrough = async () => {
  const took = [];
  const end = document.documentElement.scrollHeight;
  let before = performance.now();
  for (let at = 0; at < end; at += 400) {
    window.scrollTo(0, at);
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    took.push(now - before);
    before = now;
  }
  took.sort((a, b) => a - b);
  return { p50: took[took.length >> 1], p99: took[Math.floor(took.length * 0.99)] };
};

/** Types an id and says when what fits was drawn. */
const narrow = async () => {
  const field = document.querySelector("[data-search]");
  const before = performance.now();
  field.focus();
  document.execCommand("insertText", false, "bench-137");
  while (document.querySelectorAll("[data-server]").length !== 1)
    await new Promise((resolve) => requestAnimationFrame(resolve));
  return performance.now() - before;
};

/**
 * Runs something and says how much of the processor the longest task of the page's main thread took, in milliseconds: unlike
 * its time by the clock, that is the page's own, however busy the machine is.
 */
async function longestTask(page, run) {
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
  await run();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString("utf8"));
  const threads = traceEvents
    .filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain")
    .map(({ pid, tid }) => `${pid} ${tid}`);
  const tasks = traceEvents.filter(
    ({ name, pid, tid }) => name.endsWith("RunTask") && threads.includes(`${pid} ${tid}`),
  );
  return Math.max(0, ...tasks.map(({ tdur = 0 }) => tdur / 1_000));
}

async function visit() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const devtools = await context.newCDPSession(page);
  let bytes = 0;
  let foreign = 0;
  page.on("request", (request) => {
    if (!request.url().startsWith(`${hub.url}/`)) foreign += 1;
  });
  await devtools.send("Network.enable");
  devtools.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  // What a first visit costs, without what the hub answers of its servers.
  const isIdle = () =>
    page.evaluate(() => new Promise((resolve) => requestIdleCallback(() => resolve())));
  const longOverview = await longestTask(page, async () => {
    await page.goto(hub.url);
    await page.locator("[data-server]").nth(8).waitFor();
    await isIdle();
  });
  const files = await page.evaluate(() =>
    [...performance.getEntriesByType("resource"), ...performance.getEntriesByType("navigation")]
      .filter(
        ({ name }) =>
          !/\/(servers|events|pulse|calls|traffic|me|whoami)\b/.test(new URL(name).pathname) ||
          name.includes("/ui/"),
      )
      .reduce((sum, { transferSize }) => sum + transferSize, 0),
  );
  bytes = 0;
  // The list; the overview draws twelve cards of it, whatever there is.
  await page.goto(`${hub.url}/ui/servers`);
  await page.locator("[data-server]").nth(8).waitFor();
  // Interactive: the cards are there, and the page has had an idle moment.
  const interactive = await page.evaluate(
    () => new Promise((resolve) => requestIdleCallback(() => resolve(performance.now()))),
  );
  const paint = await page.evaluate(
    () => performance.getEntriesByName("first-contentful-paint")[0].startTime,
  );
  const loaded = bytes;
  const drawn = await page.locator("[data-server]").count();
  const scroll = await page.evaluate(scrollThrough);
  await page.evaluate(() => window.scrollTo(0, 0));
  const narrowed = await page.evaluate(narrow);
  // The same once more under the eyes of the tracer, which takes time itself.
  const longList = await longestTask(page, async () => {
    await page.goto(`${hub.url}/ui/servers`);
    await page.locator("[data-server]").nth(8).waitFor();
    await isIdle();
  });
  const longUse = await longestTask(page, async () => {
    await page.evaluate(scrollThrough);
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.evaluate(narrow);
  });
  await devtools.send("HeapProfiler.collectGarbage");
  const heap = await page.evaluate(() => performance.memory.usedJSHeapSize);
  await context.close();
  return {
    "first contentful paint": [paint, "ms"],
    "interactive, cards drawn": [interactive, "ms"],
    "first visit, files, compressed": [files / 1024, "KB"],
    "list, all, compressed": [loaded / 1024, "KB"],
    "requests to other hosts": [foreign, ""],
    "cards drawn of 500": [drawn, ""],
    "longest task, overview (CPU)": [longOverview, "ms"],
    "longest task, list (CPU)": [longList, "ms"],
    "longest task, in use (CPU)": [longUse, "ms"],
    "a frame while scrolling, p50": [scroll.p50, "ms"],
    "a frame while scrolling, p99": [scroll.p99, "ms"],
    "search narrowed 500 to 1": [narrowed, "ms"],
    "memory of the page's heap": [heap / 1024 / 1024, "MB"],
  };
}

await visit();
const visits = [];
for (let round = 0; round < rounds; round += 1) visits.push(await visit());
console.log(
  `\nThe web UI, ${servers} servers of ${toolsEach} tools, medians of ${rounds} visits\n`,
);
for (const name of Object.keys(visits[0])) {
  const values = visits.map((one) => one[name][0]).sort((a, b) => a - b);
  const unit = visits[0][name][1];
  console.log(`  ${name.padEnd(32)}${values[values.length >> 1].toFixed(1).padStart(9)} ${unit}`);
}
await browser.close();
await stop(hub.child);
await stop(upstream.child);
cleanUp();
