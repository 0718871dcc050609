import type { IncomingMessage } from "node:http";

/** The body of a request; undefined when it is longer than `limit`. Rejects when it breaks off. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const declared = Number(request.headers["content-length"] ?? 0);
    if (declared > limit) {
      // Read on without keeping anything, so that the client sees the answer instead of a broken pipe.
      request.resume();
      resolve(undefined);
      return;
    }
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) parts.push(chunk);
      else resolve(undefined);
    });
    request.on("end", () => {
      const [first] = parts;
      resolve(parts.length === 1 && first !== undefined ? first : Buffer.concat(parts));
    });
    request.on("error", reject);
  });
}
