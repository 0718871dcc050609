import { type RawAnswer, RawConnection } from "./raw-http.js";

export type FuzzRequest = {
  readonly bytes: Buffer;
  /** It breaks HTTP itself, so it gets a connection of its own, which it then closes for writing. */
  readonly isBroken: boolean;
  readonly isHead?: boolean;
};

export type FuzzResult = {
  readonly request: FuzzRequest;
  /** None when the hub closed the connection without a word. */
  readonly answers: readonly RawAnswer[];
  readonly tookMs: number;
};

async function sendBroken(port: number, bytes: Buffer): Promise<RawAnswer[]> {
  const connection = new RawConnection(port);
  connection.write(bytes);
  connection.end();
  const answers = await connection.all();
  connection.destroy();
  return answers;
}

/** Sends all requests, `workers` at a time, and gives every answer with the time it took. */
export async function sendAll(
  port: number,
  requests: readonly FuzzRequest[],
  workers = 4,
): Promise<FuzzResult[]> {
  const results: FuzzResult[] = [];
  let next = 0;
  const work = async () => {
    let connection = new RawConnection(port);
    for (;;) {
      const request = requests[next];
      next += 1;
      if (request === undefined) break;
      const began = performance.now();
      if (request.isBroken) {
        const answers = await sendBroken(port, request.bytes);
        results.push({ request, answers, tookMs: performance.now() - began });
        continue;
      }
      if (connection.isClosed) connection = new RawConnection(port);
      connection.write(request.bytes);
      const answer = await connection.next(request.isHead);
      const tookMs = performance.now() - began;
      results.push({ request, answers: answer === undefined ? [] : [answer], tookMs });
      const isStream = answer?.headers.get("content-type") === "text/event-stream";
      if (answer === undefined || isStream || answer.headers.get("connection") === "close") {
        connection.destroy();
        connection = new RawConnection(port);
      }
    }
    connection.destroy();
  };
  await Promise.all(Array.from({ length: workers }, work));
  return results;
}

const isGood = (status: number) => (status >= 200 && status < 300) || status === 304;

/** Requests that were answered with something else than 2xx, 304 and 4xx, shown so that a person can repeat them. */
export function wronglyAnswered(results: readonly FuzzResult[]): string[] {
  return results.flatMap(({ request, answers }) => {
    const bad = answers.filter(({ status }) => !isGood(status) && !(status >= 400 && status < 500));
    const isSilent = answers.length === 0 && !request.isBroken;
    if (bad.length === 0 && !isSilent) return [];
    const said = answers.map(({ status, body }) => `${status} ${body.slice(0, 200)}`);
    return [
      `${JSON.stringify(request.bytes.toString("latin1").slice(0, 600))} -> ${said.join(" | ") || "nothing"}`,
    ];
  });
}

/** How many requests got which status; "none" for those the hub hung up on. */
export function countByStatus(results: readonly FuzzResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { answers } of results) {
    const key = String(answers[0]?.status ?? "none");
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
