import { expect, test, vi } from "vitest";
import { ToldExporter } from "./told-exporter.js";

test("a collector that refuses is told once, with the status of its answer, and once that it takes again", () => {
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const results = [
    { code: 1, error: Object.assign(new Error(""), { code: 413 }) },
    { code: 1, error: new Error("Request timed out") },
    { code: 0 },
  ];
  const exporter = new ToldExporter(
    {
      export: (_spans, onResult) => onResult(results.shift() ?? { code: 0 }),
      shutdown: () => Promise.resolve(),
    },
    log,
    ({ code }) => code === 0,
  );
  for (let sent = 0; sent < 3; sent += 1) exporter.export([], () => {});
  expect(log.warn.mock.calls).toMatchObject([["traces-not-sent", { spans: 0, status: 413 }]]);
  expect(log.debug).toHaveBeenCalledTimes(1);
  expect(log.info.mock.calls).toMatchObject([["traces-sent-again"]]);
});
