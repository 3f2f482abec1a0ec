import { Link, Outlet } from '@tanstack/react-router';
import { type Action, type Resource, usePermitted } from '@/shell/permissions';
import { Page } from '@/shell/page';

type Tab = { to: string; label: string; needs?: readonly [Resource, Action] };

const GROUPS = [
  {
    title: 'Yours',
    tabs: [
      { to: '/settings/account', label: 'Account' },
      { to: '/settings/sessions', label: 'Sessions' },
      { to: '/settings/api-keys', label: 'API keys' },
      { to: '/settings/appearance', label: 'Appearance' },
    ],
  },
  {
    title: 'People and access',
    tabs: [
      { to: '/settings/people', label: 'People', needs: ['organization', 'read'] },
      { to: '/settings/teams', label: 'Teams', needs: ['team', 'read'] },
      { to: '/settings/roles', label: 'Roles', needs: ['organization', 'read'] },
      { to: '/settings/service-accounts', label: 'Service accounts', needs: ['organization', 'read'] },
      { to: '/settings/identity-providers', label: 'Identity providers', needs: ['ssoProvider', 'read'] },
    ],
  },
  {
    title: 'Organization',
    tabs: [
      { to: '/settings/organization', label: 'Organization', needs: ['organization', 'read'] },
      { to: '/settings/chat', label: 'Chat' },
      { to: '/settings/secrets', label: 'Secrets' },
      { to: '/settings/backups', label: 'Backup and export', needs: ['organization', 'update'] },
      { to: '/settings/audit-log', label: 'Audit log', needs: ['auditLog', 'read'] },
      { to: '/settings/privacy', label: 'Privacy' },
    ],
  },
] as const satisfies { title: string; tabs: readonly Tab[] }[];

export function SettingsPage() {
  const permitted = usePermitted();
  return (
    <Page title="Settings">
      <div className="flex flex-col gap-5 lg:flex-row lg:gap-8">
        <nav
          aria-label="Settings"
          className="-mt-1 flex shrink-0 gap-5 overflow-x-auto border-b border-line max-lg:pb-px lg:mt-0 lg:w-44 lg:flex-col lg:border-b-0"
        >
          {GROUPS.map((group) => (
            <div key={group.title} className="flex gap-5 lg:flex-col lg:gap-0.5">
              <p className="px-2.5 pb-1 text-2xs font-medium text-text-3 max-lg:sr-only">{group.title}</p>
              {group.tabs
                .filter((tab) => !('needs' in tab) || permitted(tab.needs[0], tab.needs[1]))
                .map((tab) => (
                  <Link
                    key={tab.to}
                    to={tab.to}
                    className="text-sm whitespace-nowrap text-text-2 hover:text-text focus-visible:outline-offset-[-2px] data-[status=active]:font-medium max-lg:-mb-px max-lg:border-b-2 max-lg:border-transparent max-lg:pb-2 max-lg:data-[status=active]:border-accent max-lg:data-[status=active]:text-text lg:rounded-md lg:px-2.5 lg:py-1.5 lg:hover:bg-surface-3 lg:data-[status=active]:bg-accent-soft lg:data-[status=active]:text-accent-text"
                  >
                    {tab.label}
                  </Link>
                ))}
            </div>
          ))}
        </nav>
        <div className="flex min-w-0 flex-1 flex-col gap-5">
          <Outlet />
        </div>
      </div>
    </Page>
  );
}
