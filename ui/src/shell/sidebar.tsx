import { Link } from '@tanstack/react-router';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Tooltip } from '@/components/ui/tooltip';
import { cn } from '@/lib/class-names';
import { useBrand } from '@/shell/brand';
import { Logo } from '@/shell/logo';
import { GROUPS, PAGES } from '@/shell/pages';

type Props = { narrow: boolean; onToggle: () => void };

export function Sidebar({ narrow, onToggle }: Props) {
  const brand = useBrand();
  return (
    <nav
      aria-label="Main"
      className={cn(
        'sticky top-0 flex h-full flex-col border-r border-line bg-surface-2/60 transition-[width] max-md:hidden',
        narrow ? 'w-14' : 'w-52',
      )}
    >
      <Link
        to="/"
        className={cn(
          'flex h-12 items-center gap-2.5 font-semibold tracking-tight',
          narrow ? 'justify-center' : 'px-4',
        )}
        aria-label={`${brand.name}, home`}
      >
        {brand.logo === null ? (
          <Logo className="size-6" />
        ) : (
          <img src={brand.logo} alt="" className={cn('h-6 object-contain', narrow ? 'max-w-8' : 'max-w-24')} />
        )}
        {narrow ? null : <span className="truncate text-base">{brand.name}</span>}
      </Link>
      <div className="flex flex-1 flex-col gap-4 overflow-y-auto px-2 py-2">
        {GROUPS.map((group) => (
          <div key={group}>
            <p className={cn('px-2 pb-1 text-2xs font-medium text-text-3', narrow && 'sr-only')}>{group}</p>
            <ul className="flex flex-col gap-0.5">
              {PAGES.filter((page) => page.group === group).map((page) => (
                <li key={page.to}>
                  <NavLink page={page} narrow={narrow} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </div>
      <div className={cn('border-t border-line p-2', narrow && 'flex justify-center')}>
        <Button
          variant="ghost"
          size="icon"
          aria-label={narrow ? 'Widen the sidebar' : 'Narrow the sidebar'}
          aria-expanded={!narrow}
          onClick={onToggle}
        >
          {narrow ? <PanelLeftOpen aria-hidden /> : <PanelLeftClose aria-hidden />}
        </Button>
      </div>
    </nav>
  );
}

export function NavLink({ page, narrow }: { page: (typeof PAGES)[number]; narrow: boolean }) {
  const Icon = page.icon;
  const link = (
    <Link
      to={page.to}
      activeOptions={{ exact: page.to === '/', includeSearch: false }}
      aria-label={narrow ? page.label : undefined}
      className={cn(
        'flex h-8 items-center gap-2.5 rounded-md px-2 text-sm text-text-2 transition-colors hover:bg-surface-3 hover:text-text data-[status=active]:bg-accent-soft data-[status=active]:font-medium data-[status=active]:text-accent-text',
        narrow && 'justify-center',
      )}
    >
      <Icon className="size-4 shrink-0" aria-hidden />
      {narrow ? null : page.label}
    </Link>
  );
  return narrow ? (
    <Tooltip label={page.label} side="right">
      {link}
    </Tooltip>
  ) : (
    link
  );
}
