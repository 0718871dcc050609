import { useMemo } from "react";
import { Badge } from "../parts/panels.js";
import { Cell, HeadCell, NameCell, Row, Table, TableBody, TableHead } from "../parts/table.js";
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

function ParameterTable({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: readonly SchemaRow[];
}) {
  return (
    <Table label={title} className="rounded-lg border border-line">
      <TableHead className="bg-raised">
        <HeadCell className="px-3 py-1.5">Name</HeadCell>
        <HeadCell className="px-3 py-1.5">Type</HeadCell>
        <HeadCell className="w-full px-3 py-1.5">Meaning</HeadCell>
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <Row
            key={row.path}
            data-parameter={row.path}
            className="border-b border-line px-3 last:border-0 sm:align-top"
          >
            <NameCell className="sm:px-3 sm:py-2">
              <span
                className="flex flex-wrap items-center gap-x-2 gap-y-1 sm:flex-nowrap"
                style={{ paddingLeft: `${row.depth * indentRem}rem` }}
              >
                <code className="min-w-0 font-mono font-medium">{row.name}</code>
                {row.isRequired && <Badge tone="accent">required</Badge>}
              </span>
            </NameCell>
            <Cell label="Type" className="sm:px-3 sm:py-2">
              <code className="font-mono text-code text-soft">{row.type}</code>
            </Cell>
            <Cell label="Meaning" className="sm:min-w-40 sm:px-3 sm:py-2 sm:whitespace-normal">
              {hasMeaning(row) && <Meaning row={row} />}
            </Cell>
          </Row>
        ))}
      </TableBody>
    </Table>
  );
}

const hasMeaning = ({ description, values, defaultValue, limits }: SchemaRow) =>
  description !== undefined || values.length > 0 || defaultValue !== undefined || limits.length > 0;

function Meaning({
  row: { description, values, defaultValue, limits },
}: {
  readonly row: SchemaRow;
}) {
  const more = [...limits, ...(defaultValue === undefined ? [] : [`default ${defaultValue}`])];
  return (
    <>
      {description !== undefined && (
        <p className="max-w-text break-words whitespace-pre-wrap">{description}</p>
      )}
      {values.length > 0 && (
        <p className="mt-0.5 flex flex-wrap items-center gap-1 text-xs text-soft">
          one of
          {values.slice(0, mostValues).map((value) => (
            <code
              key={value}
              className="rounded-md bg-raised px-1 py-0.5 font-mono break-all text-ink"
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
