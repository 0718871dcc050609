import type { Diagnosis } from "@hub/api";
import type { Examination } from "@hub/probe";

/** The verdict on an endpoint that no server of the hub has alone: from what the look at it found. */
export function problemsOf(
  { endpoint, finding, warnings, ok }: Examination,
  isRegistered: boolean,
): Pick<Diagnosis, "summary" | "problems"> {
  const problems: Diagnosis["problems"][number][] = [];
  if (finding !== undefined)
    problems.push({ severity: ok ? "warning" : "fault", endpoint, ...finding });
  for (const warning of warnings)
    problems.push({
      severity: "warning",
      code: "ATTENTION",
      endpoint,
      cause: warning,
      fix: "Mend it in the server, and ask again.",
    });
  const [first] = problems;
  const where = isRegistered ? "" : " No server of this hub is registered there.";
  return {
    problems,
    summary: ok
      ? `${endpoint} answers as an MCP server.${where}${first === undefined ? "" : ` ${first.cause}`}`
      : `${endpoint} does not work. ${first?.cause ?? ""}`,
  };
}
