import { cva, type VariantProps } from 'class-variance-authority';
import type { ComponentProps } from 'react';
import { cn } from '@/lib/class-names';

const badgeClass = cva(
  'inline-flex max-w-full items-center gap-1 rounded px-1.5 text-2xs font-medium leading-[1.125rem] whitespace-nowrap [&_svg]:size-3',
  {
    variants: {
      tone: {
        neutral: 'bg-surface-3 text-text-2',
        accent: 'bg-accent-soft text-accent-text',
        ok: 'bg-ok-soft text-ok-text',
        warn: 'bg-warn-soft text-warn-text',
        bad: 'bg-bad-soft text-bad-text',
        outline: 'border border-line-strong text-text-2 leading-4',
      },
    },
    defaultVariants: { tone: 'neutral' },
  },
);

type Props = ComponentProps<'span'> & VariantProps<typeof badgeClass>;

export function Badge({ tone, className, ...rest }: Props) {
  return <span className={cn(badgeClass({ tone }), className)} {...rest} />;
}
