import { useState } from "react";
import { Cell, HeadCell, NameCell, Row, Table, TableBody, TableHead } from "../table.js";

/** What a chart shows, as a table that one opens: the newest step first. */
export function ChartTable<Row extends { readonly at: string }>({
  label,
  head,
  rows,
  nameOf,
  columns,
}: {
  readonly label: string;
  readonly head: string;
  readonly rows: readonly Row[];
  readonly nameOf: (row: Row) => string;
  readonly columns: readonly { readonly name: string; readonly cell: (row: Row) => string }[];
}) {
  // Hundreds of rows that nobody looks at need not be there.
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="mt-2 text-sm" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="w-fit rounded-md text-soft hover:text-ink">As a table</summary>
      {isOpen && (
        <Table label={label} className="mt-2 max-h-72 rounded-lg border border-line">
          <TableHead className="sticky top-0 bg-raised">
            <HeadCell className="px-3 py-1.5">{head}</HeadCell>
            {columns.map(({ name }) => (
              <HeadCell key={name} isNumber className="px-3 py-1.5">
                {name}
              </HeadCell>
            ))}
          </TableHead>
          <TableBody>
            {rows.toReversed().map((row) => (
              <Row key={row.at} className="border-t border-line px-3">
                <NameCell className="sm:px-3 sm:py-1 sm:whitespace-nowrap">{nameOf(row)}</NameCell>
                {columns.map(({ name, cell }) => (
                  // Numbers, or a sentence that has the row for itself.
                  <Cell
                    key={name}
                    label={name}
                    isNumber={columns.length > 1}
                    className="sm:px-3 sm:py-1 sm:text-right"
                  >
                    {cell(row)}
                  </Cell>
                ))}
              </Row>
            ))}
          </TableBody>
        </Table>
      )}
    </details>
  );
}
