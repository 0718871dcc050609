// Five progress events 20 ms apart: how many arrive, and how much later the first one comes than without a hop.
import { ask } from "./connection.mjs";
import { direct, hubAll } from "./contenders.mjs";
import { fixed, printTable, Sheet } from "./figures.mjs";
import { callOf, endSessionText, legacy, messagesOf, openSession, requestText } from "./mcp.mjs";

const callsPerRound = 10;
const isProgress = ({ method }) => method === "notifications/progress";

/** One call with progress; resolves with how many events came before the result, and when the first one did. */
async function callWithProgress(target, tool, session) {
  const request = callOf(tool, { id: 7, progressToken: "bench", session });
  let firstMs;
  const begin = performance.now();
  const { body } = await ask(target.port, requestText(target, request), {
    onBody(piece) {
      if (piece.includes("notifications/progress")) firstMs ??= performance.now() - begin;
    },
  });
  const messages = messagesOf(body);
  const result = messages.findIndex(({ id }) => id === 7);
  if (messages[result]?.result === undefined) throw new Error(`no result: ${body.slice(0, 200)}`);
  const events = messages
    .slice(0, result)
    .filter((message) => isProgress(message) && message.params.progressToken === "bench");
  return { events: events.length, firstMs };
}

async function measureOne({ target, toolName }, upstream) {
  const to = target(upstream);
  const send = (request) => ask(to.port, request);
  const session = to.era === legacy ? await openSession(to, send) : undefined;
  const seen = [];
  for (let index = 0; index < callsPerRound; index += 1) {
    seen.push(await callWithProgress(to, toolName(upstream, "progress"), session));
  }
  if (session !== undefined) await send(endSessionText(to, session));
  const sorted = seen.map(({ firstMs }) => firstMs ?? Number.NaN).sort((a, b) => a - b);
  return {
    fewest: Math.min(...seen.map(({ events }) => events)),
    firstMs: sorted[Math.floor(sorted.length / 2)],
    latestMs: sorted.at(-1),
  };
}

async function measureEra(contenders, upstream, rounds) {
  const sheet = new Sheet();
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of contenders) {
      try {
        sheet.add(contender.name, await measureOne(contender, upstream));
      } catch (error) {
        sheet.fail(contender.name, error.message);
      }
    }
  }
  const rows = contenders.map(({ name }) => [
    name,
    sheet.failure(name) === undefined ? `${sheet.of(name, "fewest")}/5` : "failed",
    fixed(sheet.of(name, "firstMs"), 1),
    fixed(sheet.difference(name, direct, "firstMs"), 1),
    fixed(sheet.of(name, "latestMs"), 1),
  ]);
  printTable(
    `progress, 5 events 20 ms apart, ${upstream === "legacy" ? "2025-11-25" : "2026-07-28"}`,
    ["", "events", "first ms", "after direct", "latest first"],
    rows,
  );
  for (const { name } of contenders) {
    const failure = sheet.failure(name);
    if (failure !== undefined) console.log(`  ${name}: ${failure}`);
  }
  return sheet;
}

export async function measureProgress(contenders, { rounds }) {
  const sheet = await measureEra(contenders, "modern", rounds);
  await measureEra(contenders, "legacy", rounds);
  return {
    progressEvents: sheet.of(hubAll, "fewest"),
    progressLaterMs: sheet.difference(hubAll, direct, "firstMs"),
  };
}
