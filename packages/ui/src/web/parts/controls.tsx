import { Check, Copy, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { toClipboard } from "./clipboard.js";

const looks = {
  solid: "bg-accent-solid text-on-accent hover:bg-accent-strong border-transparent",
  plain: "bg-surface text-ink hover:bg-raised border-line",
  quiet: "bg-transparent text-soft hover:text-ink hover:bg-raised border-transparent",
  danger: "bg-bad-soft text-bad hover:border-bad border-transparent",
} as const;

export type ButtonLook = keyof typeof looks;

function classOf(look: ButtonLook, more: string): string {
  return `inline-flex items-center justify-center gap-2 rounded-lg border text-sm font-medium whitespace-nowrap motion-safe:transition-colors aria-disabled:opacity-55 ${looks[look]} ${more}`;
}

/** The classes of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = "plain", more = ""): string {
  return classOf(look, `min-h-9 px-3 ${more}`);
}

type ButtonProps = React.ComponentProps<"button"> & { readonly look?: ButtonLook };

/** What cannot be pressed now keeps the focus it has: a disabled button of the browser's would drop it. */
function pressable({ disabled = false, onClick, ...rest }: React.ComponentProps<"button">) {
  return {
    ...rest,
    "aria-disabled": disabled || rest["aria-disabled"],
    onClick: disabled ? (event: React.MouseEvent) => event.preventDefault() : onClick,
  };
}

export function Button({ look = "plain", className = "", type = "button", ...rest }: ButtonProps) {
  return <button type={type} className={buttonClass(look, className)} {...pressable(rest)} />;
}

/** A square button that shows only an icon; `label` is its name. */
export function IconButton({
  label,
  look = "quiet",
  isSmall = false,
  className = "",
  ...rest
}: ButtonProps & { readonly label: string; readonly isSmall?: boolean }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={classOf(look, `${isSmall ? "size-8" : "size-9"} ${className}`)}
      {...pressable(rest)}
    />
  );
}

const copiedMs = 1_600;
const copyLooks = {
  ready: { icon: Copy, tone: "", says: "" },
  copied: { icon: Check, tone: "text-good", says: "Copied" },
  failed: { icon: X, tone: "text-bad", says: "The browser did not allow copying" },
} as const;

/** Copies a text and says that it did. `what` names it: “Copy <what>”. */
export function CopyButton({
  text,
  what,
  short,
  isIcon = true,
  isSmall = false,
  look,
}: {
  readonly text: string;
  readonly what: string;
  /** What a button without an icon alone shows on a phone. Default: the same as elsewhere. */
  readonly short?: string;
  readonly isIcon?: boolean;
  readonly isSmall?: boolean;
  readonly look?: ButtonLook;
}) {
  const [outcome, setOutcome] = useState<"copied" | "failed">();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    setOutcome((await toClipboard(text)) ? "copied" : "failed");
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setOutcome(undefined), copiedMs);
  };
  const { icon: Icon, tone, says } = copyLooks[outcome ?? "ready"];
  const icon = <Icon className={`size-4 ${tone}`} aria-hidden="true" />;
  return (
    <>
      {isIcon ? (
        <IconButton
          label={`Copy ${what}`}
          isSmall={isSmall}
          onClick={() => void copy()}
          {...(look === undefined ? {} : { look })}
        >
          {icon}
        </IconButton>
      ) : (
        <Button
          aria-label={`Copy ${what}`}
          onClick={() => void copy()}
          {...(look === undefined ? {} : { look })}
        >
          {icon}
          {short !== undefined && <span className="sm:hidden">{short}</span>}
          <span className={short === undefined ? "" : "hidden sm:inline"}>Copy {what}</span>
        </Button>
      )}
      <span role="status" className="sr-only">
        {says}
      </span>
    </>
  );
}

export const inputClass =
  "min-h-9 w-full rounded-lg border border-line-strong bg-surface px-3 py-1.5 text-sm text-ink placeholder:text-soft";
