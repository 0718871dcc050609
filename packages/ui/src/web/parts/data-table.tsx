import { Cell, HeadCell, linedRow, NameCell, Row, Table, TableBody, TableHead } from "./table.js";

export type Column<Row> = {
  readonly name: string;
  /** It names its row. */
  readonly isName?: boolean;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => React.ReactNode;
};

/** Rows and columns; on phones a list. */
export function DataTable<Item>({
  label,
  columns,
  rows,
  keyOf,
}: {
  readonly label: string;
  readonly columns: readonly Column<Item>[];
  readonly rows: readonly Item[];
  readonly keyOf: (row: Item) => string;
}) {
  return (
    <Table label={label}>
      <TableHead>
        {columns.map(({ name, isNumber }) => (
          <HeadCell key={name} isNumber={isNumber === true}>
            {name}
          </HeadCell>
        ))}
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <Row key={keyOf(row)} className={linedRow}>
            {columns.map(({ name, isName, isNumber, cell }) =>
              isName === true ? (
                <NameCell key={name} className="sm:min-w-40 sm:px-2 sm:py-1.5">
                  {cell(row)}
                </NameCell>
              ) : (
                <Cell key={name} label={name} isNumber={isNumber === true}>
                  {cell(row)}
                </Cell>
              ),
            )}
          </Row>
        ))}
      </TableBody>
    </Table>
  );
}
