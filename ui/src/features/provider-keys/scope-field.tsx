import { useQuery } from '@tanstack/react-query';
import type { KeyScope } from '@/api/settings';
import { Select } from '@/components/ui/input';
import { Segmented } from '@/components/ui/segmented';
import { teamsQuery } from '@/features/mcp-servers/queries';
import type { Draft } from '@/features/provider-keys/draft';

const HINTS: Record<KeyScope, string> = {
  org: 'Everyone who may read these settings sees it.',
  team: 'The members of the team see and manage it.',
  personal: 'You see and manage it, and administrators.',
};

type Props = { draft: Draft; onChange: (part: Partial<Draft>) => void };

export function ScopeField({ draft, onChange }: Props) {
  const teams = useQuery(teamsQuery).data ?? [];
  return (
    <div className="flex flex-col gap-1.5">
      <span className="text-sm font-medium">Who manages it</span>
      <Segmented
        label="Who manages it"
        value={draft.scope}
        onValueChange={(scope) => onChange({ scope, teamId: scope === 'team' ? (teams[0]?.id ?? null) : null })}
        options={[
          { value: 'org', label: 'Everyone' },
          ...(teams.length > 0 ? [{ value: 'team' as const, label: 'A team' }] : []),
          { value: 'personal', label: 'Only me' },
        ]}
      />
      {draft.scope === 'team' ? (
        <Select
          aria-label="Team"
          value={draft.teamId ?? ''}
          onChange={(event) => onChange({ teamId: event.target.value })}
        >
          {teams.map((team) => (
            <option key={team.id} value={team.id}>
              {team.name}
            </option>
          ))}
        </Select>
      ) : null}
      <p className="text-xs text-text-3">{HINTS[draft.scope]} Which profiles use it is chosen apart from this.</p>
    </div>
  );
}
