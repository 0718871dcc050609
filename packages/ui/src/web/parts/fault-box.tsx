import { RotateCw } from "lucide-react";
import { Button } from "./controls.js";

/** Says what is wrong where something should stand, with the one way on. */
export function FaultBox({
  icon: Icon,
  tone,
  title,
  action,
  onAction,
  children,
}: {
  readonly icon: React.ComponentType<{ className?: string; "aria-hidden": "true" }>;
  readonly tone: string;
  readonly title: string;
  readonly action: string;
  readonly onAction: () => void;
  readonly children: React.ReactNode;
}) {
  return (
    <div role="alert" className={`flex flex-wrap gap-3 rounded-xl p-4 ${tone}`}>
      <Icon className="mt-0.5 size-5 shrink-0" aria-hidden="true" />
      <div className="min-w-48 flex-1">
        <p className="font-semibold">{title}</p>
        <div className="text-sm break-words">{children}</div>
      </div>
      <Button onClick={onAction}>
        <RotateCw className="size-4" aria-hidden="true" />
        {action}
      </Button>
    </div>
  );
}
