import { join } from "node:path";
import { HubProcess, Program, quick } from "@hub/testing";
import { afterEach, expect } from "vitest";
import { openPage, type PageOptions, type Watch } from "./page.js";

const root = join(import.meta.dirname, "../..");
const running: { stop(): Promise<unknown> }[] = [];
const watched: Watch[] = [];

/** A real hub whose leases are short enough to watch. */
export async function startHub(env: Readonly<Record<string, string>> = {}): Promise<HubProcess> {
  const hub = await HubProcess.start({ ...quick, ...env });
  running.push(hub);
  return hub;
}

/** A program that registers itself; the path is from the root of the repository. */
export function startProgram(
  hub: HubProcess,
  path: string,
  env: Readonly<Record<string, string>> = {},
): Program {
  const server = new Program(process.execPath, [join(root, path)], {
    MCP_HUB_URL: hub.url,
    ...env,
  });
  running.push({ stop: () => server.kill("SIGKILL") });
  return server;
}

/** One of the demo servers, as `server-1`. */
export function startServer(hub: HubProcess, name: string): Program {
  return startProgram(hub, `apps/demo-servers/dist/${name}.js`);
}

/** Opens a page of the hub. What it does is watched, and judged when the test is over. */
export async function open(
  hub: Pick<HubProcess, "url">,
  path = "/",
  options: Omit<PageOptions, "url"> = {},
) {
  const { page, context, watch } = await openPage({ url: hub.url, ...options });
  watched.push(watch);
  const isOwn = options.program !== undefined;
  running.push({ stop: async () => (isOwn ? context.browser() : context)?.close() });
  await page.goto(path);
  return page;
}

/** Ends what a test started, and holds every page to its promises. Call once in each file. */
export function cleanStage(): void {
  afterEach(async () => {
    for (const one of running.splice(0).reverse()) await one.stop();
    // Whatever a test was about: no page talks to others, breaks its policy or fails.
    for (const watch of watched.splice(0))
      expect(watch).toEqual({ foreign: [], violations: [], troubles: [] });
  });
}
