import type { CredentialList } from "@hub/client";
import { type Line, type Piece, toned } from "./styled.js";
import { table } from "./table.js";

/** What the hub proves itself with to a server, as people read it. */
export function credentialLines(
  { credentials, problem }: Pick<CredentialList, "credentials" | "problem">,
  columns: number | undefined,
): Line[] {
  const rows = credentials.map(({ name, kind, origins, state, setAt, setBy }): Piece[] => [
    toned(name, "name"),
    kind,
    toned(state, state === "sent" ? "good" : "warning"),
    origins.join(" "),
    `${setAt.slice(0, 10)} ${setBy}`,
  ]);
  return [
    ...(rows.length === 0
      ? []
      : table(
          [
            { title: "HEADER", keeps: "all" },
            { title: "KIND", keeps: "all" },
            { title: "STATE", keeps: "all" },
            { title: "FOR", keeps: 24 },
            { title: "SET", mayGo: true },
          ],
          rows,
          columns,
        )),
    ...(problem === undefined ? [] : [toned(`! ${problem.cause} ${problem.fix}`, "warning")]),
  ];
}
