import { ScrollArea } from "./scroll-area.js";

export type Column<Row> = {
  readonly name: string;
  /** It names its row. */
  readonly isName?: boolean;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => React.ReactNode;
};

/** Rows and columns; scrolls sideways where they do not fit. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}) {
  const align = (column: Column<Row>) => (column.isNumber === true ? "text-right" : "");
  return (
    <ScrollArea label={label} className="overflow-x-auto">
      <table className="w-full text-left text-sm">
        <thead className="border-b border-line text-xs text-soft">
          <tr>
            {columns.map((column) => (
              <th
                key={column.name}
                scope="col"
                className={`px-2 py-1.5 font-medium whitespace-nowrap ${align(column)}`}
              >
                {column.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="border-b border-line last:border-0 hover:bg-raised">
              {columns.map((column) =>
                column.isName === true ? (
                  <th key={column.name} scope="row" className="min-w-40 px-2 py-1.5 font-normal">
                    {column.cell(row)}
                  </th>
                ) : (
                  <td
                    key={column.name}
                    className={`px-2 py-1.5 whitespace-nowrap tabular-nums ${align(column)}`}
                  >
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}
