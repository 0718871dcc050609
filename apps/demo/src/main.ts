// Tells the story of MCP Hub with real programs. Exit code 0 when it came out as told.
import { once } from "node:events";
import { parseArgs } from "node:util";
import { unknownSettings, unknownSettingText } from "@hub/core/environment";
import { freePort, Stage } from "./stage.js";
import { steps } from "./story.js";
import { complain, confirm, say, tell } from "./terminal.js";
import { calm, fast } from "./timings.js";

const usage = `Usage: npm run demo [-- --keep] [--fast]

  --keep   leaves everything running after the story, until Ctrl-C
  --fast   shorter timings

MCP_HUB_PORT sets the hub's port; otherwise it is a free one. The data is in a temporary folder.`;

interface Asked {
  readonly keep: boolean;
  readonly fast: boolean;
}

/** Somebody pressed Ctrl-C. */
class Interrupted extends Error {}

async function play(stage: Stage, stop: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  tell("A hub starts, with an empty catalogue.");
  await stage.startHub();
  confirm(`it answers at ${stage.url}`);
  for (const step of steps) {
    stop.throwIfAborted();
    await step(stage);
  }
  tell(`The story came out as told, in ${Math.round((performance.now() - startedAt) / 1_000)} s.`);
}

async function keepRunning(stage: Stage, stop: AbortSignal): Promise<void> {
  stage.endStory();
  stage.server("MCP Server 3").start();
  say(`  Everything keeps running until Ctrl-C; Flaky server goes and comes. Try kill -9 on another.
    look      ${stage.url}/
    servers   ${stage.url}/servers
    docs      ${stage.url}/docs
    events    curl -N ${stage.url}/events
    call      MCP_HUB_URL=${stage.url} node apps/demo-client/dist/main.js --tool greet3`);
  if (!stop.aborted) await once(stop, "abort");
  stop.throwIfAborted();
}

const howToGoOn = `
  By yourself:
    npm run demo -- --keep                            the same, and it stays
    npm start                                         a hub of your own
    node apps/demo-servers/dist/server-1.js           a server that registers there
    node apps/demo-client/dist/main.js --tool greet1  a client that finds it
    http://127.0.0.1:8001/                            the page of the hub that npm start runs
`;

/** Resolves with the exit code once the story is over; what it started still runs. */
async function perform(stage: Stage, stop: AbortSignal, keep: boolean): Promise<number> {
  let isTold = false;
  try {
    await play(stage, stop);
    isTold = true;
    if (keep) await keepRunning(stage, stop);
    return 0;
  } catch (error) {
    const reason: unknown = stop.aborted ? stop.reason : error;
    if (reason instanceof Interrupted) return isTold ? 0 : 130;
    complain(`The demo failed. ${reason instanceof Error ? reason.message : String(reason)}`);
    return 1;
  }
}

/** 0 when it does not matter. */
function wantedPort(): number {
  const said = process.env.MCP_HUB_PORT || "0";
  // Kubernetes says so where a service named mcp-hub is.
  const given = /^(tcp|udp|sctp):/i.test(said) ? "0" : said;
  if (/^\d+$/.test(given) && Number(given) <= 65_535) return Number(given);
  throw new Error(`Expected MCP_HUB_PORT to be a port number, got "${given}"`);
}

async function main(asked: Asked): Promise<number> {
  for (const setting of unknownSettings(process.env)) complain(unknownSettingText(setting));
  const port = wantedPort() || (await freePort());
  const stop = new AbortController();
  const stage = new Stage(port, asked.fast ? fast : calm, stop);
  process.once("exit", () => stage.clearAtOnce());
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      // The second time nobody wants to wait for goodbyes.
      if (stop.signal.reason instanceof Interrupted) process.exit(130);
      stop.abort(new Interrupted(signal));
    });
  }

  const code = await perform(stage, stop.signal, asked.keep);
  tell("Everything is being stopped.");
  await stage.clear();
  if (code === 0) say(howToGoOn);
  return code;
}

try {
  const flag = { type: "boolean" } as const;
  const options = { keep: flag, fast: flag, help: { ...flag, short: "h" } } as const;
  const { values } = parseArgs({ options });
  if (values.help) say(usage);
  else process.exitCode = await main({ keep: values.keep ?? false, fast: values.fast ?? false });
} catch (error) {
  complain(`${(error as Error).message}\n\n${usage}`);
  process.exitCode = 1;
}
