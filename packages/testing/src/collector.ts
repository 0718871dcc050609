import { serve, type TestServer } from "./http-server.js";
import { type CollectedSpan, spansOfJson, spansOfProtobuf } from "./otlp-spans.js";
import { until } from "./until.js";
import { closeLater } from "./wait.js";

/** Takes traces over OTLP, in JSON and in protobuf, as a collector of OpenTelemetry does. */
export class Collector {
  readonly spans: CollectedSpan[] = [];
  /** It takes what comes, and answers nothing. */
  isSilent = false;
  readonly #server: TestServer;

  private constructor(server: TestServer) {
    this.#server = server;
  }

  static async start(): Promise<Collector> {
    const collector: Collector = new Collector(
      await serve((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk: Buffer) => chunks.push(chunk));
        request.on("end", () => {
          if (collector.isSilent) return;
          const body = Buffer.concat(chunks);
          const type = request.headers["content-type"];
          if (request.url !== "/v1/traces") response.writeHead(404).end();
          else {
            const isJson = type === "application/json";
            const spans = isJson ? spansOfJson(body.toString()) : spansOfProtobuf(body);
            collector.spans.push(...spans);
            response.writeHead(200, { "content-type": type }).end(isJson ? "{}" : "");
          }
        });
      }),
    );
    closeLater(() => collector.close());
    return collector;
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get endpoint(): string {
    return this.#server.origin;
  }

  get port(): number {
    return this.#server.port;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** Waits for so many spans, and returns them. */
  async saw(count: number): Promise<readonly CollectedSpan[]> {
    const shown = () => this.spans.map(({ kind, name }) => `${kind} ${name}`).join(", ");
    await until(
      () => `${count} spans; there are ${shown()}`,
      () => this.spans.length >= count,
    );
    return this.spans;
  }
}
