import { useMemo } from "react";
import { Badge } from "../parts/panels.js";
import { ScrollArea } from "../parts/scroll-area.js";
import { type SchemaRow, schemaRows } from "./schema-rows.js";

const indentRem = 1;
const mostValues = 30;

/** A JSON schema as a table that people read. */
export function SchemaTable({
  title,
  schema,
  none,
}: {
  readonly title: string;
  readonly schema: unknown;
  readonly none: string;
}) {
  const { rows, isCut } = useMemo(() => schemaRows(schema), [schema]);
  if (rows.length === 0) return <p className="text-sm text-soft">{none}</p>;
  return (
    <>
      <ParameterTable title={title} rows={rows} />
      {isCut && <p className="mt-1 text-sm text-soft">The JSON schema below has more.</p>}
    </>
  );
}

export function ParameterTable({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: readonly SchemaRow[];
}) {
  return (
    <ScrollArea label={title} className="overflow-x-auto rounded-lg border border-line">
      <table className="w-full text-left text-sm">
        <thead className="border-b border-line bg-raised text-xs text-soft">
          <tr>
            <th scope="col" className="px-3 py-1.5 font-medium">
              Name
            </th>
            <th scope="col" className="hidden px-3 py-1.5 font-medium sm:table-cell">
              Type
            </th>
            <th scope="col" className="w-full px-3 py-1.5 font-medium">
              Meaning
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.path}
              data-parameter={row.path}
              className="border-b border-line align-top last:border-0"
            >
              <th scope="row" className="px-3 py-2 font-normal">
                <span
                  className="flex flex-wrap items-center gap-x-2 gap-y-1"
                  style={{ paddingLeft: `${row.depth * indentRem}rem` }}
                >
                  <code className="font-mono font-medium">{row.name}</code>
                  {row.isRequired && <Badge tone="accent">required</Badge>}
                  <code className="basis-full font-mono text-xs text-soft sm:hidden">
                    {row.type}
                  </code>
                </span>
              </th>
              <td className="hidden px-3 py-2 sm:table-cell">
                <code className="font-mono text-[0.8125rem] text-soft">{row.type}</code>
              </td>
              <td className="min-w-40 px-3 py-2">
                <Meaning row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}

function Meaning({
  row: { description, values, defaultValue, limits },
}: {
  readonly row: SchemaRow;
}) {
  const more = [...limits, ...(defaultValue === undefined ? [] : [`default ${defaultValue}`])];
  return (
    <>
      {description !== undefined && (
        <p className="max-w-[70ch] break-words whitespace-pre-wrap">{description}</p>
      )}
      {values.length > 0 && (
        <p className="mt-0.5 flex flex-wrap items-center gap-1 text-xs text-soft">
          one of
          {values.slice(0, mostValues).map((value) => (
            <code
              key={value}
              className="rounded bg-raised px-1 py-0.5 font-mono break-all text-ink"
            >
              {value}
            </code>
          ))}
          {values.length > mostValues && <span>and {values.length - mostValues} more</span>}
        </p>
      )}
      {more.length > 0 && (
        <p className="mt-0.5 text-xs break-words text-soft">{more.join(" · ")}</p>
      )}
    </>
  );
}
