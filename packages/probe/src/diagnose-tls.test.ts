import { closeServers, createTestDialer, selfSigned, serveTls, serveV2 } from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";
import { createDiagnose } from "./diagnose.js";

afterEach(closeServers);

const diagnose = createDiagnose({ dialer: createTestDialer(), version: "1.2.3" });

describe("TLS", () => {
  const certificate = selfSigned();

  test("https for a server that speaks plain HTTP", async () => {
    const server = await serveV2();
    const { finding } = await diagnose({ endpoint: `https://127.0.0.1:${server.port}/mcp` });
    expect(finding).toMatchObject({ step: "tls", code: "PLAIN_HTTP_EXPECTED" });
    expect(finding?.fix).toContain(`Register http://127.0.0.1:${server.port}/mcp`);
  });

  test("http for a server that speaks TLS", async () => {
    const server = await serveTls(certificate, (_, response) => response.end());
    const { finding } = await diagnose({ endpoint: `http://127.0.0.1:${server.port}/mcp` });
    expect(finding).toMatchObject({ code: "TLS_EXPECTED" });
    expect(finding?.fix).toContain(`Register https://127.0.0.1:${server.port}/mcp`);
  });

  test("a self-signed certificate", async () => {
    const server = await serveTls(certificate, (_, response) => response.end());
    const { finding, steps } = await diagnose({ endpoint: `${server.origin}/mcp` });
    expect(finding).toMatchObject({ step: "tls", code: "TLS_FAILED" });
    expect(finding?.cause).toContain("DEPTH_ZERO_SELF_SIGNED_CERT");
    expect(finding?.fix).toContain("NODE_EXTRA_CA_CERTS");
    expect(steps.find(({ step }) => step === "connect")?.state).toBe("ok");
    expect(`${finding?.cause}${finding?.fix}`).not.toMatch(/proxy/i);
  });

  test("an expired certificate, and one for another name", async () => {
    const expired = selfSigned({ fromDays: -3, toDays: -1 });
    const other = selfSigned({ name: "other.test" });
    for (const [bad, code] of [
      [expired, "CERT_HAS_EXPIRED"],
      [other, "ERR_TLS_CERT_ALTNAME_INVALID"],
    ] as const) {
      const server = await serveTls(bad, (_, response) => response.end());
      const trusting = createTestDialer({ ca: bad.cert });
      const { finding } = await createDiagnose({ dialer: trusting, version: "1" })({
        endpoint: `${server.origin}/mcp`,
      });
      expect(finding).toMatchObject({ step: "tls", code: "TLS_FAILED" });
      expect(finding?.cause).toContain(code);
    }
  });
});
