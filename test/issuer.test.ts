import { HubProcess, OidcIssuer } from "@hub/testing";
import { expect, test } from "vitest";

test("the program, as it is built, asks an issuer for its keys and lets in whom it vouches for", async () => {
  const issuer = await OidcIssuer.start();
  const hub = await HubProcess.start({ MCP_HUB_OIDC_ISSUER: issuer.url });
  try {
    const ask = async (audience: string) => {
      const claims = { sub: "7", aud: audience, scope: "hub:read" };
      const headers = { authorization: `Bearer ${await issuer.sign(claims)}` };
      return (await fetch(`${hub.url}/servers`, { headers })).status;
    };
    expect([await ask(hub.url), await ask("https://elsewhere.example")]).toEqual([200, 401]);
  } finally {
    await hub.stop();
    await issuer.stop();
  }
});
