import type { SpanExporter } from "@opentelemetry/sdk-trace-base";
import { describeError } from "../describe-error.js";
import type { Log } from "../log.js";

type Spans = Parameters<SpanExporter["export"]>[0];
type OnResult = Parameters<SpanExporter["export"]>[1];
type Result = Parameters<OnResult>[0];

/** An exporter of which the log says once that its collector does not take what it sends, and once that it does again. */
export class ToldExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: Log;
  readonly #isSuccess: (result: Result) => boolean;
  /** Whether the collector took what was sent last. */
  #isHeard = true;

  constructor(exporter: SpanExporter, log: Log, isSuccess: (result: Result) => boolean) {
    this.#exporter = exporter;
    this.#log = log;
    this.#isSuccess = isSuccess;
  }

  get isHeard(): boolean {
    return this.#isHeard;
  }

  export(spans: Spans, onResult: OnResult): void {
    this.#exporter.export(spans, (result) => {
      this.#tell(result, spans.length);
      onResult(result);
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #tell(result: Result, spans: number): void {
    const isHeard = this.#isSuccess(result);
    if (isHeard && !this.#isHeard) this.#log.info("traces-sent-again");
    if (!isHeard) {
      const level = this.#isHeard ? "warn" : "debug";
      const { error } = result;
      // The words beside the status of an answer are often none.
      const status = error !== undefined && "code" in error ? { status: error.code } : {};
      this.#log[level]("traces-not-sent", { spans, ...status, error: describeError(error) });
    }
    this.#isHeard = isHeard;
  }
}
