import { type ReactNode, useId } from 'react';
import { cn } from '@/lib/class-names';

type ControlProps = { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true };
type Props = {
  label: string;
  hint?: ReactNode;
  error?: string | null;
  optional?: boolean;
  className?: string;
  children: (control: ControlProps) => ReactNode;
};

/** A labelled control whose hint and error are read out with it. */
export function Field({ label, hint, error, optional, className, children }: Props) {
  const id = useId();
  const describedBy = error ? `${id}-error` : hint ? `${id}-hint` : undefined;
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {optional ? <span className="ml-1.5 font-normal text-text-3">optional</span> : null}
      </label>
      {children({
        id,
        ...(describedBy ? { 'aria-describedby': describedBy } : {}),
        ...(error ? { 'aria-invalid': true as const } : {}),
      })}
      {error ? (
        <p id={`${id}-error`} className="text-xs text-bad-text">
          {error}
        </p>
      ) : hint ? (
        <p id={`${id}-hint`} className="text-xs text-text-3">
          {hint}
        </p>
      ) : null}
    </div>
  );
}
