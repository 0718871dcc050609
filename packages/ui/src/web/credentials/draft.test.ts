import { describe, expect, test } from "vitest";
import { credentialOf, draftFor, emptyDraft } from "./draft.js";

const at = ["https://tools.example"];

describe("what is sent of a draft", () => {
  test("a token goes in Authorization, once with its scheme", () => {
    for (const secret of ["t0ken", " t0ken ", "Bearer t0ken"])
      expect(credentialOf({ ...emptyDraft, secret }, at)).toEqual({
        kind: "header",
        name: "Authorization",
        value: "Bearer t0ken",
        origins: at,
      });
  });

  test("an empty secret stays empty, for the hub to refuse", () => {
    expect(credentialOf(emptyDraft, at)).toMatchObject({ value: "" });
  });

  test("an OAuth client has no field that nobody filled in", () => {
    const draft = { ...emptyDraft, way: "oauth-client", clientId: "hub", secret: "s" } as const;
    expect(credentialOf({ ...draft, tokenEndpoint: "https://issuer.example/token" }, at)).toEqual({
      kind: "oauth-client",
      tokenEndpoint: "https://issuer.example/token",
      clientId: "hub",
      clientSecret: "s",
      authentication: "basic",
      origins: at,
    });
  });
});

test("replacing begins with what the hub shows", () => {
  const shown = {
    origins: at,
    setAt: "2026-01-01T00:00:00Z",
    setBy: "root",
    state: "sent",
  } as const;
  expect(draftFor({ ...shown, kind: "header", name: "authorization" }).way).toBe("token");
  expect(draftFor({ ...shown, kind: "header", name: "X-Api-Key" })).toMatchObject({
    way: "header",
    name: "X-Api-Key",
    secret: "",
  });
  expect(
    draftFor({
      ...shown,
      kind: "oauth-client",
      name: "Authorization",
      tokenEndpoint: "https://issuer.example/token",
    }),
  ).toMatchObject({ way: "oauth-client", tokenEndpoint: "https://issuer.example/token" });
});
