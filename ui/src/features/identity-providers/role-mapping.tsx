import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Check } from '@/features/identity-providers/check';
import type { ProviderDraft, RuleDraft } from '@/features/identity-providers/draft';
import { rolesQuery } from '@/features/roles/queries';

type Props = { draft: ProviderDraft; onChange: (part: Partial<ProviderDraft>) => void };

const EXAMPLE = '{{#includes groups "platform-admins"}}yes{{/includes}}';

/** What somebody becomes here, by what the provider says of them. */
export function RoleMapping({ draft, onChange }: Props) {
  const roles = useQuery(rolesQuery);
  const names = roles.data?.map(({ name }) => name) ?? ['admin', 'editor', 'member'];
  const setRule = (index: number, part: Partial<RuleDraft>) =>
    onChange({ rules: draft.rules.map((rule, each) => (each === index ? { ...rule, ...part } : rule)) });
  return (
    <Card aria-label="Role and teams">
      <CardHeader
        title="Role and teams"
        description="The first rule whose expression comes out as anything gives the role. Expressions are Handlebars over the claims."
      />
      <div className="flex max-w-3xl flex-col gap-4 px-4 pb-4">
        {draft.rules.length > 0 ? (
          <ol className="flex flex-col gap-2" aria-label="Rules">
            {draft.rules.map((rule, index) => (
              <li key={index} className="flex items-center gap-2">
                <span className="w-4 shrink-0 text-right text-xs text-text-3 tnum">{index + 1}</span>
                <Input
                  aria-label={`Expression of rule ${index + 1}`}
                  className="flex-1 font-mono text-xs"
                  spellCheck={false}
                  placeholder={EXAMPLE}
                  value={rule.expression}
                  onChange={(event) => setRule(index, { expression: event.target.value })}
                />
                <RoleSelect
                  label={`Role of rule ${index + 1}`}
                  names={names}
                  value={rule.role}
                  onChange={(role) => setRule(index, { role })}
                />
                <Button
                  variant="ghost"
                  size="iconSm"
                  aria-label={`Remove rule ${index + 1}`}
                  onClick={() => onChange({ rules: draft.rules.filter((_, each) => each !== index) })}
                >
                  <Trash2 aria-hidden />
                </Button>
              </li>
            ))}
          </ol>
        ) : null}
        <Button
          size="sm"
          className="self-start"
          onClick={() => onChange({ rules: [...draft.rules, { expression: '', role: 'member' }] })}
        >
          <Plus aria-hidden /> Add rule
        </Button>
        <Check
          label="Nobody gets in whom no rule fits"
          checked={draft.strictMode}
          onChange={(strictMode) => onChange({ strictMode })}
        />
        {draft.strictMode ? null : (
          <Field label="Role where no rule fits" className="max-w-60">
            {(control) => (
              <Select
                {...control}
                value={draft.defaultRole}
                onChange={(event) => onChange({ defaultRole: event.target.value })}
              >
                {withValue(names, draft.defaultRole).map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </Select>
            )}
          </Field>
        )}
        <Check
          label="Only at the first sign-in"
          hint="Later the role is changed by hand, and a sign-in leaves it alone."
          checked={draft.skipRoleSync}
          onChange={(skipRoleSync) => onChange({ skipRoleSync })}
        />
        <Check
          label="Put people into teams by their groups"
          hint="A team has the groups it belongs to under External groups."
          checked={draft.teamSync}
          onChange={(teamSync) => onChange({ teamSync })}
        />
        {draft.teamSync ? (
          <Field
            label="Where the groups are"
            optional
            hint="An expression; without one the claims groups, group, memberOf, roles, role and teams are tried."
          >
            {(control) => (
              <Input
                {...control}
                className="font-mono text-xs"
                spellCheck={false}
                placeholder='{{json (pluck teams "name")}}'
                value={draft.groupsExpression}
                onChange={(event) => onChange({ groupsExpression: event.target.value })}
              />
            )}
          </Field>
        ) : null}
      </div>
    </Card>
  );
}

type RoleProps = { label: string; names: string[]; value: string; onChange: (role: string) => void };

function RoleSelect({ label, names, value, onChange }: RoleProps) {
  return (
    <Select aria-label={label} className="w-40" value={value} onChange={(event) => onChange(event.target.value)}>
      {withValue(names, value).map((name) => (
        <option key={name}>{name}</option>
      ))}
    </Select>
  );
}

/** A role that is gone stays to be seen. */
function withValue(names: string[], value: string): string[] {
  return value === '' || names.includes(value) ? names : [...names, value];
}
