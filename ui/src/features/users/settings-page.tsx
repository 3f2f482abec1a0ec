import { Link, Outlet } from '@tanstack/react-router';
import { Page } from '@/shell/page';

const TABS = [
  { to: '/settings/account', label: 'Account' },
  { to: '/settings/sessions', label: 'Sessions' },
  { to: '/settings/api-keys', label: 'API keys' },
  { to: '/settings/chat', label: 'Chat' },
  { to: '/settings/secrets', label: 'Secrets' },
  { to: '/settings/appearance', label: 'Appearance' },
  { to: '/settings/privacy', label: 'Privacy' },
] as const;

export function SettingsPage() {
  return (
    <Page title="Settings" className="max-w-5xl">
      <nav aria-label="Settings" className="-mt-1 flex gap-5 overflow-x-auto border-b border-line">
        {TABS.map((tab) => (
          <Link
            key={tab.to}
            to={tab.to}
            className="-mb-px border-b-2 border-transparent pb-2 text-sm whitespace-nowrap text-text-2 hover:text-text focus-visible:outline-offset-[-2px] data-[status=active]:border-accent data-[status=active]:font-medium data-[status=active]:text-text"
          >
            {tab.label}
          </Link>
        ))}
      </nav>
      <Outlet />
    </Page>
  );
}
