import type { AuditLine } from "@hub/api";
import { JsonTree } from "../parts/json-tree.js";
import { Modal } from "../parts/modal.js";
import { Facts } from "../parts/panels.js";
import { milliseconds } from "../parts/units.js";
import { actionWords, outcomeWords } from "./audit-words.js";

/** Everything that the audit keeps of one line, what it changed among it. */
export function AuditLineDialog({
  line,
  onClose,
}: {
  readonly line: AuditLine;
  readonly onClose: () => void;
}) {
  const { seq, at, who, from, action, outcome, code, server, subject, method, count } = line;
  const changes = { Before: line.before, After: line.after };
  return (
    <Modal title={actionWords[action]} isWide onClose={onClose}>
      <Facts
        facts={[
          ["Line", seq],
          ["Time", <time key="at">{at}</time>],
          ["Who", who.name === undefined ? who.id : `${who.name} (${who.id})`],
          ["Address", from],
          ["Server", server],
          ["Subject", subject],
          ["Method", method],
          ["Outcome", outcomeWords[outcome]],
          ["Code", code],
          ["Took", line.durationMs === undefined ? undefined : milliseconds(line.durationMs)],
          ["Times", count],
        ]}
      />
      {line.arguments !== undefined && (
        <section className="mt-4">
          <h3 className="mb-2 text-sm font-semibold">Arguments</h3>
          {/* It may be cut, so it is no JSON for sure. */}
          <pre className="max-h-60 overflow-auto rounded-lg border border-line bg-raised p-3 font-mono text-code break-all whitespace-pre-wrap">
            {line.arguments}
          </pre>
        </section>
      )}
      {Object.entries(changes).map(
        ([when, value]) =>
          value !== undefined && (
            <section key={when} className="mt-4">
              <h3 className="mb-2 text-sm font-semibold">{when}</h3>
              <JsonTree value={value} label={when} />
            </section>
          ),
      )}
    </Modal>
  );
}
