import { describe, expect, test } from "vitest";
import {
  findingCodes,
  type ProbeOutcome,
  type Prober,
  type ProbeTarget,
  probeSteps,
} from "../probe.js";

/** Endpoints that behave in one way each; the caller serves them. */
export type ProberFixture = {
  readonly prober: Prober;
  /** Answers as an MCP server with at least one tool. */
  readonly healthy: string;
  /** The name it tells of itself. */
  readonly healthyName: string;
  /** A port where nothing listens. */
  readonly nothing: string;
  /** Accepts connections and never answers. */
  readonly silent: string;
  /** Answers with something that is not MCP. */
  readonly notMcp: string;
};

/** Every prober runs this. `fixture` is called once a test; whoever passes it also ends its servers. */
export function describeProber(name: string, fixture: () => Promise<ProberFixture>): void {
  const target = (endpoint: string, more: Partial<ProbeTarget> = {}): ProbeTarget => ({
    endpoint,
    transport: "streamable-http",
    candidates: [],
    ...more,
  });

  describe(`Prober: ${name}`, () => {
    test("a server that answers is a success; capabilities are read only when asked for", async () => {
      const { prober, healthy } = await fixture();
      const quick = await prober.probe(target(healthy), { full: false, timeoutMs: 5_000 });
      expect(quick).toMatchObject({ ok: true, endpoint: healthy, transport: "streamable-http" });
      expect(quick).not.toHaveProperty("snapshot");
      const full = await prober.probe(target(healthy), { full: true, timeoutMs: 5_000 });
      if (!full.ok) throw new Error(full.finding.cause);
      expect(full.latencyMs).toBeGreaterThanOrEqual(0);
      expect(full.snapshot?.tools.length).toBeGreaterThan(0);
      expect(full.era).toBe(full.snapshot?.era);
    });

    test("each failure is an outcome that tells cause and fix", async () => {
      const { prober, nothing, notMcp } = await fixture();
      for (const endpoint of [nothing, notMcp]) {
        const outcome = await prober.probe(target(endpoint), { full: true, timeoutMs: 2_000 });
        expectFailure(outcome);
      }
      expect(await prober.probe(target(nothing), { full: false, timeoutMs: 2_000 })).toMatchObject({
        ok: false,
        finding: { step: "connect", code: "NOTHING_LISTENS" },
      });
    });

    test("what is no URL is an outcome too", async () => {
      const { prober } = await fixture();
      for (const endpoint of ["", "not a url", "ftp://127.0.0.1/", "http://[::1"]) {
        expectFailure(await prober.probe(target(endpoint), { full: false, timeoutMs: 1_000 }));
      }
    });

    test("a server that never answers costs no more than the timeout", async () => {
      const { prober, silent } = await fixture();
      const startedAt = performance.now();
      const outcome = await prober.probe(target(silent), { full: true, timeoutMs: 300 });
      expect(performance.now() - startedAt).toBeLessThan(1_500);
      expect(outcome).toMatchObject({ ok: false, finding: { code: "TOO_SLOW" } });
    });

    test("a signal ends it at once, with an outcome", async () => {
      const { prober, silent } = await fixture();
      const abort = new AbortController();
      const startedAt = performance.now();
      const running = prober.probe(target(silent), {
        full: true,
        timeoutMs: 10_000,
        signal: abort.signal,
      });
      setTimeout(() => abort.abort(), 50);
      expectFailure(await running);
      expect(performance.now() - startedAt).toBeLessThan(1_500);
    });

    test("a signal that was given before the start keeps it from dialling", async () => {
      const { prober, healthy } = await fixture();
      const signal = AbortSignal.abort();
      expectFailure(await prober.probe(target(healthy), { full: false, timeoutMs: 5_000, signal }));
    });

    test("a candidate stands in for an endpoint that cannot be reached, when it is the same server", async () => {
      const { prober, healthy, healthyName, nothing } = await fixture();
      const probe = (name: string) =>
        prober.probe(target(nothing, { name, candidates: [healthy] }), {
          full: false,
          timeoutMs: 5_000,
        });
      expectFailure(await probe("somebody else"));
      expect(await probe(healthyName)).toMatchObject({ ok: true, endpoint: healthy });
    });

    test("probes that run together do not hold each other up", async () => {
      const { prober, healthy, silent } = await fixture();
      const slow = prober.probe(target(silent), { full: false, timeoutMs: 2_000 });
      const startedAt = performance.now();
      const quick = await prober.probe(target(healthy), { full: false, timeoutMs: 2_000 });
      expect(quick.ok).toBe(true);
      expect(performance.now() - startedAt).toBeLessThan(1_500);
      expect((await slow).ok).toBe(false);
    });
  });
}

function expectFailure(outcome: ProbeOutcome): void {
  if (outcome.ok) throw new Error("Expected a failure.");
  const { finding } = outcome;
  expect(probeSteps).toContain(finding.step);
  expect(findingCodes).toContain(finding.code);
  expect(finding.cause.trim()).not.toBe("");
  expect(finding.fix.trim()).not.toBe("");
}
