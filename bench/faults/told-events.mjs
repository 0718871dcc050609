// What the event stream of a hub tells, held against the journal: every event once, in order.
import { atEnd, until } from "./stage.mjs";

/** Listens from now on. The stream must not break off. */
export async function listenToEvents(hub) {
  const controller = new AbortController();
  atEnd(() => controller.abort());
  const headers = { accept: "text/event-stream" };
  const response = await fetch(`${hub.url}/events`, { headers, signal: controller.signal });
  const told = [];
  const state = { told, broke: undefined };
  (async () => {
    let rest = "";
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + piece).split("\n");
      rest = lines.pop();
      for (const line of lines) if (line.startsWith("id:")) told.push(Number(line.slice(3)));
    }
    state.broke = "it ended";
  })().catch((error) => {
    state.broke = String(error.cause ?? error);
  });
  return state;
}

/** Waits for the newest event; returns one sentence a fault. */
export async function heldToJournal(hub, { told, broke }) {
  if (broke !== undefined) return [`the stream of events broke off: ${broke}`];
  const journal = (await hub.events()).map(({ seq }) => seq);
  await until("the newest event in the stream", () => told.at(-1) >= journal.at(-1));
  // The first number is that of where the stream began.
  const heard = told.slice(1).filter((seq) => seq <= journal.at(-1));
  const written = journal.filter((seq) => seq > told[0]);
  return JSON.stringify(heard) === JSON.stringify(written)
    ? []
    : [`of ${written.length} events ${heard.length} were told, or in another order`];
}
