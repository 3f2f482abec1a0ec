import { CircleAlert, Info, type LucideIcon, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cn } from '@/lib/class-names';

type Tone = 'info' | 'warning' | 'error';
const LOOKS: Record<Tone, { icon: LucideIcon; className: string }> = {
  info: { icon: Info, className: 'bg-accent-soft text-accent-text' },
  warning: { icon: TriangleAlert, className: 'bg-warn-soft text-warn-text' },
  error: { icon: CircleAlert, className: 'bg-bad-soft text-bad-text' },
};

type Props = { tone: Tone; children: ReactNode; actions?: ReactNode; className?: string; role?: 'alert' | 'status' };

export function Notice({ tone, children, actions, className, role }: Props) {
  const { icon: Icon, className: look } = LOOKS[tone];
  return (
    <div role={role} className={cn('flex items-start gap-2.5 rounded-lg px-3 py-2.5 text-sm', look, className)}>
      <Icon className="mt-0.5 size-4 shrink-0" aria-hidden />
      <div className="min-w-0 flex-1">{children}</div>
      {actions}
    </div>
  );
}
