import { ScrollArea } from "./scroll-area.js";

/*
 * The one table of the page. On phones it is a list: each row is a block that its name heads, with a label before each
 * value, and nothing scrolls sideways. Browsers forget what is a table where its parts are laid out otherwise, so the
 * parts say it themselves; spread, because they say what their elements mean anyway while they are a table.
 */
const as = {
  table: { role: "table" },
  group: { role: "rowgroup" },
  row: { role: "row" },
  head: { role: "columnheader" },
  name: { role: "rowheader" },
  cell: { role: "cell" },
} as const;

/** A box with a table in it, which scrolls sideways where the columns do not fit and the window is no phone's. */
export function Table({
  label,
  className = "",
  rowCount,
  children,
}: {
  readonly label: string;
  /** Of the box. Default: none. */
  readonly className?: string;
  /** How many rows there are, where only some of them are drawn. */
  readonly rowCount?: number;
  readonly children: React.ReactNode;
}) {
  return (
    <ScrollArea label={label} className={`overflow-x-auto ${className}`}>
      <table
        {...as.table}
        {...(rowCount === undefined ? {} : { "aria-rowcount": rowCount })}
        className="block w-full text-left text-sm sm:table"
      >
        {children}
      </table>
    </ScrollArea>
  );
}

/** The names of the columns. On phones those with a button stay in sight, side by side: they say the order. */
export function TableHead({
  className = "",
  children,
}: {
  readonly className?: string;
  readonly children: React.ReactNode;
}) {
  return (
    <thead
      {...as.group}
      className={`block border-line text-xs text-soft has-[button]:border-b sm:table-header-group sm:border-b ${className}`}
    >
      <tr {...as.row} className="flex flex-wrap sm:table-row">
        {children}
      </tr>
    </thead>
  );
}

export function HeadCell({
  isNumber = false,
  className = "px-2 py-1.5",
  title,
  sorted,
  children,
}: {
  readonly isNumber?: boolean;
  /** Its padding. Default: as the cells have. */
  readonly className?: string;
  readonly title?: string | undefined;
  /** In which order the rows stand by this column, if they do. */
  readonly sorted?: "ascending" | "descending" | undefined;
  readonly children: React.ReactNode;
}) {
  return (
    <th
      {...as.head}
      scope="col"
      title={title}
      aria-sort={sorted}
      className={`font-medium whitespace-nowrap max-sm:not-has-[button]:sr-only ${isNumber ? "text-right" : ""} ${className}`}
    >
      {children}
    </th>
  );
}

export function TableBody({ className = "", ...rest }: React.ComponentPropsWithRef<"tbody">) {
  return <tbody {...as.group} {...rest} className={`block sm:table-row-group ${className}`} />;
}

export function Row({ className = "", ...rest }: React.ComponentPropsWithRef<"tr">) {
  return (
    <tr
      {...as.row}
      {...rest}
      className={`grid grid-cols-2 items-start gap-x-4 gap-y-1 py-2.5 sm:table-row ${className}`}
    />
  );
}

/** Rows of a table that have a line between them, and show which one the pointer is on. */
export const linedRow = "border-b border-line last:border-0 hover:bg-raised";

/** The cell that names its row, and heads it on phones. */
export function NameCell({
  className = "sm:px-2 sm:py-1.5",
  scope = "row",
  ...rest
}: React.ComponentPropsWithRef<"th">) {
  return (
    <th
      {...as.name}
      {...rest}
      scope={scope}
      className={`-order-1 col-span-2 block min-w-0 text-left font-medium sm:table-cell sm:font-normal ${className}`}
    />
  );
}

const nothing: ReadonlySet<unknown> = new Set([undefined, null, false, ""]);

/** A value. On phones its label stands before it, two numbers are in one line, and what is empty is left out. */
export function Cell({
  label,
  isNumber = false,
  className = "sm:px-2 sm:py-1.5",
  title,
  children,
  ...rest
}: {
  /** The name of its column. */
  readonly label: string;
  readonly isNumber?: boolean;
  /** Its padding, and what its text looks like. */
  readonly className?: string;
  readonly title?: string | undefined;
  readonly children?: React.ReactNode;
  readonly "data-testid"?: string;
}) {
  return (
    <td
      {...as.cell}
      {...rest}
      data-label={label}
      title={title}
      className={`flex min-w-0 gap-2 tabular-nums before:shrink-0 before:text-xs before:leading-5 before:text-soft before:content-[attr(data-label)_/_''] empty:hidden sm:table-cell sm:whitespace-nowrap sm:before:content-none sm:empty:table-cell ${isNumber ? "before:min-w-14 sm:text-right" : "col-span-2 before:min-w-24"} ${className}`}
    >
      {/* One thing beside the label, whatever it is made of. */}
      {!nothing.has(children) && <div className="min-w-0 flex-1 break-words">{children}</div>}
    </td>
  );
}

/** A cell without a name, such as one with a button, or one that is as wide as the table. */
export function PlainCell({ className = "", ...rest }: React.ComponentPropsWithRef<"td">) {
  return <td {...as.cell} {...rest} className={`block sm:table-cell ${className}`} />;
}
