import { useQuery } from '@tanstack/react-query';
import type { EntityType } from '@/api/policies';
import { Field } from '@/components/ui/field';
import { Select } from '@/components/ui/input';
import { Segmented } from '@/components/ui/segmented';
import { allAgentsQuery } from '@/features/agents/queries';
import { teamsQuery } from '@/features/mcp-servers/queries';
import { organizationQuery } from '@/features/organization/queries';

export type Entity = { entityType: EntityType; entityId: string };

const KINDS = [
  { value: 'organization', label: 'Everybody' },
  { value: 'team', label: 'A team' },
  { value: 'agent', label: 'An agent' },
] as const;

/** Names of organization, teams and agents, by their ids. */
export function useEntityNames(): (entity: Entity) => string {
  const agents = useQuery(allAgentsQuery);
  const teams = useQuery(teamsQuery);
  return ({ entityType, entityId }) => {
    if (entityType === 'organization') return 'Everybody';
    const named = (entityType === 'team' ? teams.data : agents.data)?.find(({ id }) => id === entityId);
    return named?.name ?? entityId;
  };
}

type Props = { value: Entity; fault: string | null; onChange: (entity: Entity) => void };

/** Whom something counts for: the organization, one of its teams, or an agent. */
export function EntityFields({ value, fault, onChange }: Props) {
  const organization = useQuery(organizationQuery);
  const agents = useQuery(allAgentsQuery);
  const teams = useQuery(teamsQuery);
  const offered = (kind: EntityType) => (kind === 'team' ? teams.data : kind === 'agent' ? agents.data : []) ?? [];
  const choose = (entityType: EntityType) =>
    onChange({
      entityType,
      entityId: entityType === 'organization' ? (organization.data?.id ?? '') : (offered(entityType)[0]?.id ?? ''),
    });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-col gap-1.5">
        <span className="text-sm font-medium" aria-hidden>
          For
        </span>
        <Segmented label="For" value={value.entityType} options={KINDS} onValueChange={choose} />
      </div>
      {value.entityType === 'organization' ? null : (
        <Field
          label={value.entityType === 'team' ? 'Team' : 'Agent'}
          error={fault}
          hint={value.entityType === 'team' ? 'Counts for the agents that the team was given.' : undefined}
        >
          {(control) => (
            <Select
              {...control}
              value={value.entityId}
              onChange={(event) => onChange({ ...value, entityId: event.target.value })}
            >
              {offered(value.entityType).length === 0 ? <option value="">There is none yet</option> : null}
              {offered(value.entityType).map(({ id, name }) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </div>
  );
}
