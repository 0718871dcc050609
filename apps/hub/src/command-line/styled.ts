import type { Environment } from "@hub/core/environment";
import { safeLine } from "./safe-text.js";

/** What a piece of text is to its reader; a terminal shows it as a colour. */
export type Tone = "good" | "bad" | "warning" | "dim" | "strong" | "name";

export type Piece = string | { readonly text: string; readonly tone: Tone };

/** A line of output. Its pieces are made safe when it is written, whoever they came from. */
export type Line = Piece | readonly Piece[];

const codes: Readonly<Record<Tone, readonly [on: number, off: number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warning: [33, 39],
  dim: [2, 22],
  strong: [1, 22],
  name: [36, 39],
};

export const toned = (text: string, tone: Tone): Piece => ({ text, tone });

export const textOf = (piece: Piece): string => (typeof piece === "string" ? piece : piece.text);

/** Whether to colour: what FORCE_COLOR says, else never with NO_COLOR, else on a terminal that can. */
export function hasColour(stream: { readonly isTTY?: boolean }, environment: Environment): boolean {
  const { FORCE_COLOR: forced, NO_COLOR: no, TERM: terminal } = environment;
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if (no !== undefined && no !== "") return false;
  return stream.isTTY === true && terminal !== "dumb";
}

/** A line as it is written. Only here do escape sequences come into the output. */
export function renderLine(line: Line, isColoured: boolean): string {
  const pieces: readonly Piece[] = isPieces(line) ? line : [line];
  return pieces
    .map((piece) => {
      const text = safeLine(textOf(piece));
      if (typeof piece === "string" || !isColoured || text === "") return text;
      const [on, off] = codes[piece.tone];
      return `\u001b[${on}m${text}\u001b[${off}m`;
    })
    .join("");
}

function isPieces(line: Line): line is readonly Piece[] {
  return Array.isArray(line);
}
