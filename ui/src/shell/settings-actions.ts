import { Fingerprint, type LucideIcon, Palette, ScanEye, ShieldHalf, ShieldPlus, UserPlus, Users } from 'lucide-react';
import type { Action, Resource } from '@/shell/permissions';

type SettingsAction = { value: string; words: string; icon: LucideIcon; href: string; needs: [Resource, Action] };

const ACTIONS: SettingsAction[] = [
  {
    value: 'Invite somebody',
    words: 'people user member add link',
    icon: UserPlus,
    href: '/settings/people?invite=true',
    needs: ['invitation', 'create'],
  },
  {
    value: 'What can X do?',
    words: 'permissions access effective why role person',
    icon: ScanEye,
    href: '/settings/access',
    needs: ['organization', 'read'],
  },
  {
    value: 'Create a role',
    words: 'permissions custom matrix',
    icon: ShieldPlus,
    href: '/settings/roles/new',
    needs: ['organization', 'update'],
  },
  {
    value: 'Create a team',
    words: 'group people',
    icon: Users,
    href: '/settings/teams?create=true',
    needs: ['team', 'create'],
  },
  {
    value: 'Add an identity provider',
    words: 'sso single sign-on oidc saml okta google github gitlab entra microsoft',
    icon: Fingerprint,
    href: '/settings/identity-providers/new',
    needs: ['ssoProvider', 'create'],
  },
  {
    value: 'Change the colours',
    words: 'theme palette brand appearance',
    icon: Palette,
    href: '/settings/appearance',
    needs: ['organization', 'update'],
  },
  {
    value: 'See roles',
    words: 'permissions admin editor member',
    icon: ShieldHalf,
    href: '/settings/roles',
    needs: ['organization', 'read'],
  },
];

/** What the palette offers of the settings, to those who may. */
export function settingsActions(permitted: (resource: Resource, action: Action) => boolean): SettingsAction[] {
  return ACTIONS.filter(({ needs: [resource, action] }) => permitted(resource, action));
}
