import { CommandError } from "../command-line/command-error.js";
import { EditRefused, FileChanged, FileRefused, positionText } from "./refusal.js";

/** Puts what the editing of a file throws into an error of the command line. */
export function explained(error: unknown, file: string): unknown {
  if (error instanceof EditRefused) {
    const at = positionText(error.position);
    const where = at === "" ? file : `${file}, ${at}`;
    const code = { broken: "FILE_BROKEN", unclear: "FILE_UNCLEAR", taken: "NAME_IN_USE" }[
      error.code
    ];
    return new CommandError("refused", `${where}: ${error.message}. Nothing was changed.`, {
      code,
    });
  }
  if (error instanceof FileRefused)
    return new CommandError("refused", `${error.message}. Nothing was changed.`, {
      code: "FILE_REFUSED",
    });
  if (error instanceof FileChanged)
    return new CommandError(
      "failed",
      `${file} changed again and again while it was edited. Close the client and try again.`,
      { code: "FILE_CHANGED" },
    );
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return new CommandError(
      "refused",
      `${file} cannot be written (${code}). Nothing was changed.`,
      {
        code: "FILE_REFUSED",
      },
    );
  return error;
}
