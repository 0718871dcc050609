import { type HubProcess, holdResponse } from "@hub/testing";
import type { Page } from "playwright-core";

/** Signs in as somebody without a mouse does. */
export async function signIn(page: Page, token: string): Promise<void> {
  const asked = page.getByRole("heading", { level: 1, name: "Sign in to MCP Hub" });
  await asked.waitFor();
  await page.getByLabel("Token", { exact: true }).focus();
  await page.keyboard.type(token);
  await page.keyboard.press("Enter");
  await asked.waitFor({ state: "detached" });
}

/** Asks the hub as the holder of a token; without one, as nobody. */
export async function ask<Answer>(hub: HubProcess, token: string, path: string, body?: object) {
  const response = await fetch(`${hub.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      "content-type": "application/json",
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(await response.text());
  await holdResponse(body === undefined ? "GET" : "POST", path, response);
  return (await response.json()) as Answer; // its form was just seen
}
