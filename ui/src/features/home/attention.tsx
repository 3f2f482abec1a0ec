import { Link } from '@tanstack/react-router';
import { CircleAlert, Info, TriangleAlert } from 'lucide-react';
import type { Attention } from '@/api/types';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';

const LOOKS = {
  error: { icon: CircleAlert, className: 'text-bad-text' },
  warning: { icon: TriangleAlert, className: 'text-warn-text' },
  info: { icon: Info, className: 'text-accent-text' },
};

export function AttentionList({ items: all }: { items: Attention[] }) {
  // The default password has a banner of its own on every page.
  const items = all.filter((item) => item.id !== 'default-password');
  if (items.length === 0) return null;
  return (
    <Card aria-label="Needs attention">
      <h2 className="px-4 pt-3 pb-1 text-sm font-semibold">Needs attention</h2>
      <ul className="divide-y divide-line">
        {items.map((item) => {
          const look = LOOKS[item.severity];
          return (
            <li key={item.id} className="flex items-start gap-3 px-4 py-2.5">
              <look.icon className={`mt-0.5 size-4 shrink-0 ${look.className}`} aria-hidden />
              <div className="min-w-0 flex-1 text-sm">
                <p className="font-medium">{item.title}</p>
                <p className="text-text-2">{item.detail}</p>
              </div>
              {item.actionHref && item.actionLabel ? <Action href={item.actionHref} label={item.actionLabel} /> : null}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}

function Action({ href, label }: { href: string; label: string }) {
  const className = buttonClass({ size: 'sm' });
  return href.startsWith('/') ? (
    <Link to={href} className={className}>
      {label}
    </Link>
  ) : (
    <a href={href} target="_blank" rel="noreferrer" className={className}>
      {label}
    </a>
  );
}
