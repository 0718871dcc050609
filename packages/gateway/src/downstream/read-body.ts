import type { IncomingMessage } from "node:http";
import type { BodyRoom } from "./body-room.js";

/**
 * Calls `onBody` with the body of a request, or with nothing when it is longer than `limit`; `onBroken`
 * when it breaks off. One of them is called, once, or `room` refuses what it has no room for.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  onBody: (body: Buffer | undefined) => void,
  onBroken: () => void,
  room: Pick<BodyRoom, "take" | "refuse">,
): void {
  const declared = Number(request.headers["content-length"] ?? 0);
  if (declared > limit) {
    // Read on without keeping anything, so that the client sees the answer instead of a broken pipe.
    request.resume();
    onBody(undefined);
    return;
  }
  let first: Buffer | undefined;
  const rest: Buffer[] = [];
  let size = 0;
  let isRefused = false;
  request.on("data", (chunk: Buffer) => {
    if (isRefused) return;
    size += chunk.length;
    if (size > limit) {
      if (size - chunk.length <= limit) onBody(undefined);
    } else if (first === undefined) first = chunk;
    else if (room.take(chunk.length)) rest.push(chunk);
    else {
      // The rest is read and dropped, as that of one that is too long.
      isRefused = true;
      first = undefined;
      rest.length = 0;
      room.refuse();
    }
  });
  request.on("end", () => {
    if (isRefused || size > limit) return;
    const whole = first ?? Buffer.alloc(0);
    const body = rest.length === 0 ? whole : Buffer.concat([whole, ...rest]);
    // What still knows the request, such as a call that is held, must not keep its body as well.
    first = undefined;
    rest.length = 0;
    onBody(body);
  });
  request.on("error", () => {
    if (!isRefused && size <= limit) onBroken();
  });
}
