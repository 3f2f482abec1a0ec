import { RadioGroup } from 'radix-ui';
import type { ReactNode } from 'react';
import { cn } from '@/lib/class-names';

type Props<T extends string> = {
  label: string;
  value: T;
  onValueChange: (value: T) => void;
  options: readonly { value: T; label: ReactNode; icon?: ReactNode }[];
  className?: string;
};

export function Segmented<T extends string>({ label, value, onValueChange, options, className }: Props<T>) {
  return (
    <RadioGroup.Root
      aria-label={label}
      orientation="horizontal"
      value={value}
      onValueChange={(next) => {
        const option = options.find((each) => each.value === next);
        if (option) onValueChange(option.value);
      }}
      className={cn(
        'inline-flex w-fit max-w-full shrink-0 overflow-x-auto rounded-md border border-line bg-surface-2 p-0.5',
        className,
      )}
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option.value}
          value={option.value}
          className="flex h-6.5 shrink-0 items-center whitespace-nowrap gap-1.5 rounded px-2.5 text-xs font-medium text-text-2 transition-colors hover:text-text data-[state=checked]:bg-surface data-[state=checked]:text-text data-[state=checked]:shadow-xs dark:data-[state=checked]:bg-surface-3 [&_svg]:size-3.5"
        >
          {option.icon}
          {option.label}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
