import type { Environment } from "@hub/core/environment";
import { asTyped } from "./own-name.js";
import { safeJson, safeLine, safeText } from "./safe-text.js";
import { hasColour, type Line, renderLine } from "./styled.js";
import { cutToWidth } from "./text-width.js";

/** As much of a stream as a command's output needs. */
export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(data: string | Uint8Array): unknown;
}

export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** `--json` was given. */
  readonly isJson: boolean;
  readonly environment: Environment;
}

/**
 * Where a command writes. Answers go to stdout, as JSON or as text; all else goes to stderr. No text that is
 * written here can give the terminal an order.
 */
export class Output {
  readonly isJson: boolean;
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #isColoured: boolean;
  readonly #areNotesColoured: boolean;
  readonly #environment: Environment;
  #hasProgress = false;

  constructor({ stdout, stderr, isJson, environment }: OutputOptions) {
    this.isJson = isJson;
    this.#environment = environment;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#isColoured = hasColour(stdout, environment);
    this.#areNotesColoured = hasColour(stderr, environment);
  }

  /** The width of the terminal; undefined where stdout is none, and nothing needs to fit. */
  get columns(): number | undefined {
    return this.#stdout.isTTY === true ? (this.#stdout.columns ?? 80) : undefined;
  }

  get isTerminal(): boolean {
    return this.#stdout.isTTY === true;
  }

  /** The one answer of a command: the value with `--json`, else the lines. */
  answer(value: unknown, lines: () => readonly Line[]): void {
    if (this.isJson) this.#write(`${safeJson(value, 2)}\n`);
    else this.lines(lines());
  }

  /** One of the answers of a command that goes on: a line of JSON with `--json`, else the lines. */
  item(value: unknown, lines: () => readonly Line[]): void {
    if (this.isJson) this.#write(`${safeJson(value)}\n`);
    else this.lines(lines());
  }

  /**
   * Text that is the answer as it is, such as a resource or what a tool said: exactly where stdout is no
   * terminal, and made safe where it is. A line break is added where it ends without one.
   */
  text(text: string): void {
    const shown = this.isTerminal ? safeText(text) : text;
    this.#write(shown.endsWith("\n") || shown === "" ? shown : `${shown}\n`);
  }

  /** What is no text, for a file or a pipe. */
  bytes(bytes: Uint8Array): void {
    this.#write(bytes);
  }

  lines(lines: readonly Line[]): void {
    const rendered = lines.map((line) => `${this.#rendered(line, this.#isColoured).trimEnd()}\n`);
    if (rendered.length > 0) this.#write(rendered.join(""));
  }

  /** Says something beside the answer, on stderr. With `--json` nobody reads it, so it is not said. */
  note(line: Line): void {
    if (this.isJson) return;
    this.progress(undefined);
    this.#stderr.write(`${this.#rendered(line, this.#areNotesColoured)}\n`);
  }

  /** Says why a command failed, on stderr. */
  complain(lines: readonly Line[]): void {
    this.progress(undefined);
    const rendered = lines.map((line) => `${this.#rendered(line, this.#areNotesColoured)}\n`);
    this.#stderr.write(rendered.join(""));
  }

  /** Shows what is being done, in one line that the next one overwrites; on a terminal only. */
  progress(text: string | undefined): void {
    if (this.isJson || this.#stderr.isTTY !== true) return;
    if (text === undefined && !this.#hasProgress) return;
    const shown = cutToWidth(safeLine(text ?? ""), (this.#stderr.columns ?? 80) - 1);
    this.#stderr.write(`\r\u001b[2K${shown}`);
    this.#hasProgress = text !== undefined;
  }

  /** Takes the whole terminal for `screen`, until `closeScreen` gives it back as it was. */
  openScreen(): void {
    this.#stdout.write("\u001b[?1049h\u001b[?25l");
  }

  /** Draws these lines, as many as fit, in the place of those before. */
  screen(lines: readonly Line[]): void {
    const rows = Math.max(1, (this.#stdout.rows ?? 24) - 1);
    const rendered = lines
      .slice(0, rows)
      .map((line) => `${renderLine(line, this.#isColoured)}\u001b[K\n`);
    this.#stdout.write(`\u001b[H${rendered.join("")}\u001b[J`);
  }

  closeScreen(): void {
    this.#stdout.write("\u001b[?25h\u001b[?1049l");
  }

  /** Commands in it are as the person types them. */
  #rendered(line: Line, isColoured: boolean): string {
    return asTyped(renderLine(line, isColoured), this.#environment);
  }

  #write(data: string | Uint8Array): void {
    this.progress(undefined);
    this.#stdout.write(data);
  }
}
