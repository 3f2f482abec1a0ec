import { Tooltip as Radix } from 'radix-ui';
import type { ReactNode } from 'react';

export const TooltipProvider = Radix.Provider;

type Props = { label: ReactNode; children: ReactNode; side?: 'top' | 'right' | 'bottom' | 'left' };

export function Tooltip({ label, children, side = 'top' }: Props) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="pop-in z-50 max-w-72 rounded-md bg-text px-2 py-1 text-xs text-bg shadow-pop"
        >
          {label}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
