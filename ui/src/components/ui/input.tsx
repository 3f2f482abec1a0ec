import { ChevronDown, Search, X } from 'lucide-react';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/class-names';

export const inputClass =
  'h-8 w-full min-w-0 rounded-md border border-line-strong bg-surface px-2.5 text-sm text-text shadow-xs transition-colors hover:border-text-3/60 focus-visible:border-accent focus-visible:outline-offset-0 disabled:cursor-not-allowed disabled:bg-surface-2 disabled:text-text-3 aria-invalid:border-bad';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cn(inputClass, className)} {...rest} />;
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea className={cn(inputClass, 'h-auto min-h-18 py-1.5', className)} {...rest} />;
}

export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <span className={cn('relative inline-flex w-full', className)}>
      <select className={cn(inputClass, 'appearance-none pr-8')} {...rest}>
        {children}
      </select>
      <ChevronDown className="pointer-events-none absolute top-2 right-2.5 size-4 text-text-3" aria-hidden />
    </span>
  );
}

type SearchProps = Omit<ComponentProps<'input'>, 'onChange' | 'value'> & {
  label: string;
  value: string;
  onValueChange: (value: string) => void;
};

export function SearchInput({ label, value, onValueChange, className, ...rest }: SearchProps) {
  return (
    <span className={cn('relative inline-flex w-64', className)}>
      <Search className="pointer-events-none absolute top-2 left-2.5 size-4 text-text-3" aria-hidden />
      <input
        type="text"
        role="searchbox"
        aria-label={label}
        placeholder={label}
        className={cn(inputClass, 'pr-8 pl-8')}
        value={value}
        onChange={(event) => onValueChange(event.target.value)}
        {...rest}
      />
      {value === '' ? null : (
        <button
          type="button"
          aria-label="Clear search"
          className="absolute top-1 right-1 grid size-6 place-items-center rounded text-text-3 hover:bg-surface-3 hover:text-text"
          onClick={() => onValueChange('')}
        >
          <X className="size-3.5" aria-hidden />
        </button>
      )}
    </span>
  );
}
