import { hash, hkdfSync } from "node:crypto";
import { grantSchema, type Principal, principalKinds } from "@hub/core/access";
import type { SignInRow } from "@hub/core/storage";
import { z } from "zod";
import { sealingWith } from "../../sealing.js";

/** What only the cookie opens: who it is, and what must be as it was for that to count. */
export type SealedSignIn = { readonly principal: Principal; readonly bond: string };

const sealedSchema = z.object({
  principal: z.object({
    kind: z.enum(principalKinds),
    id: z.string(),
    name: z.string().optional(),
    grants: z.array(grantSchema),
  }),
  bond: z.string(),
});

/** What a session is found by. The cookie's value, which has 256 random bits, cannot be found out from it. */
export const keyOfCookie = (value: string) => hash("sha256", value, "base64url");

const sealingOf = (value: string) =>
  sealingWith(Buffer.from(hkdfSync("sha256", value, "", "mcp-hub sign-in", 32)));

const openPart = ({ key, owner, expiresAt }: Omit<SignInRow, "sealed">) =>
  JSON.stringify([key, owner, expiresAt]);

/** Closes a session so that only who has the cookie can read it. */
export function sealSignIn(value: string, signIn: SealedSignIn, expiresAt: number): SignInRow {
  const row = { key: keyOfCookie(value), owner: signIn.principal.id, expiresAt };
  return { ...row, sealed: sealingOf(value).seal(openPart(row), JSON.stringify(signIn)) };
}

/** What was sealed; undefined when the row is not one that was sealed under this cookie. */
export function openSignIn(value: string, row: SignInRow): SealedSignIn | undefined {
  const text = sealingOf(value).open(openPart(row), row.sealed);
  if (text === undefined) return undefined;
  const { data } = sealedSchema.safeParse(JSON.parse(text));
  if (data === undefined) return undefined;
  const { name, ...rest } = data.principal;
  return { bond: data.bond, principal: name === undefined ? rest : { ...rest, name } };
}
