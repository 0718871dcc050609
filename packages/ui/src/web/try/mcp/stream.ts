/** More than any answer a page can show; a server that sends without end is stopped here. */
const mostCharacters = 64 * 1024 * 1024;

/** Gives the lines that a chunk ends. Only the chunk is searched, however long a line grows. */
function lineReader(): (chunk: string) => readonly string[] {
  let unfinished: string[] = [];
  let isAfterReturn = false;
  return (chunk) => {
    if (chunk === "") return [];
    // The second half of a line end whose first half came with the chunk before.
    const fresh = isAfterReturn && chunk.startsWith("\n") ? chunk.slice(1) : chunk;
    isAfterReturn = chunk.endsWith("\r");
    const [first = "", ...others] = fresh.split(/\r\n|\n|\r/);
    unfinished.push(first);
    return others.map((next) => {
      const line = unfinished.join("");
      unfinished = [next];
      return line;
    });
  };
}

/** The texts of the events of a stream, one after the other. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  const linesOf = lineReader();
  let data: string[] = [];
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const chunk = done ? decoder.decode() : decoder.decode(value, { stream: true });
      total += chunk.length;
      if (total > mostCharacters) throw new Error("The answer is too long to show here.");
      for (const line of linesOf(chunk)) {
        if (line === "" && data.length > 0) {
          yield data.join("\n");
          data = [];
        } else if (line.startsWith("data:")) data.push(line.slice(5).replace(/^ /, ""));
      }
      if (done) return;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}
