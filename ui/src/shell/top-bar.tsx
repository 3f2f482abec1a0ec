import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { KeyRound, LogOut, Menu as MenuIcon, Monitor, Moon, Search, Sun, UserRound } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { Button } from '@/components/ui/button';
import { Kbd } from '@/components/ui/kbd';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '@/components/ui/menu';
import { sessionQuery } from '@/features/sessions/queries';
import { useSignOut } from '@/features/sign-in/queries';
import { commandKey } from '@/lib/desktop';
import { chooseTheme, onThemeChange, themeChoice } from '@/lib/theme';
import { Logo } from '@/shell/logo';
import { PAGES } from '@/shell/pages';

export function TopBar({ onOpenPalette }: { onOpenPalette: () => void }) {
  return (
    <header className="sticky top-0 z-20 flex h-12 items-center gap-3 border-b border-line bg-bg/90 px-4 backdrop-blur md:px-6">
      <MobileMenu />
      <button
        type="button"
        onClick={onOpenPalette}
        aria-label="Search pages and actions"
        className="flex h-8 w-72 items-center gap-2 rounded-md border border-line bg-surface px-2.5 text-sm text-text-3 transition-colors hover:border-line-strong max-sm:w-8 max-sm:justify-center"
      >
        <Search className="size-4 shrink-0" aria-hidden />
        <span className="flex-1 text-left max-sm:hidden">Search or jump to…</span>
        <span className="flex gap-0.5 max-sm:hidden" aria-hidden>
          <Kbd>{commandKey()}</Kbd>
          <Kbd>K</Kbd>
        </span>
      </button>
      <span className="flex-1" />
      <ThemeMenu />
      <UserMenu />
    </header>
  );
}

function MobileMenu() {
  return (
    <div className="flex items-center gap-2 md:hidden">
      <Menu
        align="start"
        trigger={
          <Button variant="ghost" size="icon" aria-label="Pages">
            <MenuIcon aria-hidden />
          </Button>
        }
      >
        {PAGES.map((page) => (
          <MenuItem key={page.to} asChild>
            <Link to={page.to}>
              <page.icon aria-hidden />
              {page.label}
            </Link>
          </MenuItem>
        ))}
      </Menu>
      <Logo className="size-6" />
    </div>
  );
}

function ThemeMenu() {
  const choice = useSyncExternalStore(onThemeChange, themeChoice);
  const Icon = choice === 'dark' ? Moon : choice === 'light' ? Sun : Monitor;
  return (
    <Menu
      trigger={
        <Button variant="ghost" size="icon" aria-label={`Theme: ${choice}`}>
          <Icon aria-hidden />
        </Button>
      }
    >
      <MenuItem onSelect={() => chooseTheme('light')}>
        <Sun aria-hidden /> Light
      </MenuItem>
      <MenuItem onSelect={() => chooseTheme('dark')}>
        <Moon aria-hidden /> Dark
      </MenuItem>
      <MenuItem onSelect={() => chooseTheme('system')}>
        <Monitor aria-hidden /> Like the system
      </MenuItem>
    </Menu>
  );
}

function UserMenu() {
  const { data } = useQuery(sessionQuery);
  const signOut = useSignOut();
  const name = data?.user.name || data?.user.email || '';
  return (
    <Menu
      className="w-60"
      trigger={
        <button
          type="button"
          aria-label={`Account: ${name}`}
          className="grid size-8 place-items-center rounded-full bg-accent-soft text-xs font-semibold text-accent-text hover:ring-2 hover:ring-line-strong"
        >
          {initials(name)}
        </button>
      }
    >
      <MenuLabel>
        <span className="block truncate text-sm font-medium text-text">{name}</span>
        <span className="block truncate">{data?.user.email}</span>
      </MenuLabel>
      <MenuSeparator />
      <MenuItem asChild>
        <Link to="/settings/account">
          <UserRound aria-hidden /> Account
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/settings/api-keys">
          <KeyRound aria-hidden /> API keys
        </Link>
      </MenuItem>
      <MenuSeparator />
      <MenuItem onSelect={() => signOut.mutate()}>
        <LogOut aria-hidden /> Sign out
      </MenuItem>
    </Menu>
  );
}

function initials(name: string): string {
  const words = name.split(/[\s@._-]+/).filter(Boolean);
  return ((words[0]?.[0] ?? '?') + (name.includes('@') ? '' : (words[1]?.[0] ?? ''))).toUpperCase();
}
