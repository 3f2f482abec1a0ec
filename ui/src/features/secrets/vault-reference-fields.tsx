import { useQueries, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { causeOf } from '@/components/ui/states';
import { teamsQuery } from '@/features/mcp-servers/queries';
import { vaultFolderQuery, vaultKeysQuery, vaultSecretsQuery } from '@/features/secrets/queries';

export type VaultReference = { path: string; key: string };

type Props = {
  label: string;
  hint?: string;
  optional?: boolean;
  value: VaultReference;
  onChange: (value: VaultReference) => void;
};
type ValueProps = Pick<Props, 'value' | 'onChange'>;

/** Where a value lies in Vault instead of the value itself: picked from a team's folder, or typed. */
export function VaultReferenceFields({ label, hint, optional, value, onChange }: Props) {
  const [teamId, setTeamId] = useState('');
  const teams = useQuery(teamsQuery).data ?? [];
  const folders = useQueries({ queries: teams.map((team) => vaultFolderQuery(team.id)) });
  const withFolder = teams.filter((_, index) => folders[index]?.data);
  return (
    <fieldset className="flex flex-col gap-3 rounded-lg border border-line p-3">
      <legend className="px-1 text-sm font-medium">
        {label}
        {optional ? <span className="ml-1.5 font-normal text-text-3">optional</span> : null}
      </legend>
      {hint ? <p className="text-xs text-text-3">{hint}</p> : null}
      {withFolder.length > 0 ? (
        <Field label="Choose from">
          {(control) => (
            <Select {...control} value={teamId} onChange={(event) => setTeamId(event.target.value)}>
              <option value="">Type path and key</option>
              {withFolder.map((team) => (
                <option key={team.id} value={team.id}>
                  The folder of {team.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      ) : null}
      {teamId === '' ? (
        <TypedReference value={value} onChange={onChange} />
      ) : (
        <PickedReference key={teamId} teamId={teamId} value={value} onChange={onChange} />
      )}
      <p className="text-xs text-text-3">
        This server only reads Vault: it stores where the value lies, never the value.
      </p>
    </fieldset>
  );
}

function TypedReference({ value, onChange }: ValueProps) {
  return (
    <div className="grid grid-cols-[1fr_9rem] gap-3 max-sm:grid-cols-1">
      <Field label="Vault path">
        {(control) => (
          <Input
            {...control}
            className="font-mono text-xs"
            spellCheck={false}
            autoComplete="off"
            placeholder="secret/data/teams/support/openai"
            value={value.path}
            onChange={(event) => onChange({ ...value, path: event.target.value })}
          />
        )}
      </Field>
      <Field label="Key">
        {(control) => (
          <Input
            {...control}
            className="font-mono text-xs"
            spellCheck={false}
            autoComplete="off"
            placeholder="api_key"
            value={value.key}
            onChange={(event) => onChange({ ...value, key: event.target.value })}
          />
        )}
      </Field>
    </div>
  );
}

function PickedReference({ teamId, value, onChange }: ValueProps & { teamId: string }) {
  const secrets = useQuery(vaultSecretsQuery(teamId));
  const known = secrets.data?.some((secret) => secret.path === value.path) ?? false;
  const keys = useQuery({ ...vaultKeysQuery(teamId, value.path), enabled: known });
  const error = secrets.error ?? keys.error;
  return (
    <>
      {error ? (
        <Notice tone="error" role="alert">
          {causeOf(error)}
        </Notice>
      ) : null}
      <div className="grid grid-cols-[1fr_9rem] gap-3 max-sm:grid-cols-1">
        <Field label="Secret">
          {(control) => (
            <Select
              {...control}
              value={known ? value.path : ''}
              disabled={secrets.data === undefined}
              onChange={(event) => onChange({ path: event.target.value, key: '' })}
            >
              <option value="">{secrets.isPending ? 'Loading…' : 'Choose a secret'}</option>
              {secrets.data?.map((secret) => (
                <option key={secret.path} value={secret.path}>
                  {secret.name}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Key">
          {(control) => (
            <Select
              {...control}
              value={value.key}
              disabled={keys.data === undefined}
              onChange={(event) => onChange({ ...value, key: event.target.value })}
            >
              <option value="">{known && keys.isPending ? 'Loading…' : 'Choose a key'}</option>
              {keys.data?.keys.map((key) => (
                <option key={key} value={key}>
                  {key}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
    </>
  );
}
