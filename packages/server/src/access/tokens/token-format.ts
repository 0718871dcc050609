import { hash, randomInt } from "node:crypto";
import { tokenMark } from "../token-mark.js";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const idLength = 12;
/** As much as 256 random bits. */
const secretLength = 43;

const pattern = /^mh_([A-Za-z0-9]{1,32})_[A-Za-z0-9]{43}$/;

const draw = (length: number) =>
  Array.from({ length }, () => letters[randomInt(letters.length)]).join("");

/** A new token, and the part of it that may be shown. */
export function newToken(): { readonly id: string; readonly token: string } {
  const id = draw(idLength);
  return { id, token: `${tokenMark}${id}_${draw(secretLength)}` };
}

/** The id in a token; undefined for a text that is none. */
export function idInToken(text: string): string | undefined {
  return pattern.exec(text)?.[1];
}

/** What is kept of a token. A fast hash does: what cannot be guessed needs no slow one. */
export function hashOf(token: string): Buffer {
  // By way of text: a buffer that OpenSSL fills itself is memory of its own each time.
  return Buffer.from(hash("sha256", token, "hex"), "hex");
}
