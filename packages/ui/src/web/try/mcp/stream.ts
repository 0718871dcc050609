/** More than any answer a page can show; a server that sends without end is stopped here. */
const mostCharacters = 64 * 1024 * 1024;

/** The texts of the events of a stream, one after the other. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let pending = "";
  let data: string[] = [];
  let total = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const chunk = done ? decoder.decode() : decoder.decode(value, { stream: true });
      total += chunk.length;
      if (total > mostCharacters) throw new Error("The answer is too long to show here.");
      pending += chunk;
      // A carriage return at the end may be half of a line end.
      const lines = pending.split(/\r\n|\n|\r(?!$)/);
      pending = lines.pop() ?? "";
      for (const line of lines) {
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
