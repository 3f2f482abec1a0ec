import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import type { CatalogItem, Cluster, InstallInput, McpServer, RuntimeId, Scope } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { DialogBody, DialogFooter } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input, Select } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Segmented } from '@/components/ui/segmented';
import { causeOf } from '@/components/ui/states';
import { allAgentsQuery } from '@/features/agents/queries';
import { clustersQuery, runtimesQuery } from '@/features/clusters/queries';
import { PromptFields } from '@/features/mcp-servers/install/prompt-fields';
import { answersOf, missingAnswers, promptsOf, startAnswers } from '@/features/mcp-servers/install/prompts';
import { serversQuery, teamsQuery, useBeginOAuth, useInstall } from '@/features/mcp-servers/queries';
import { VaultReferenceFields } from '@/features/secrets/vault-reference-fields';
import { formatReference, isReference, parseReference } from '@/features/secrets/words';

type Props = {
  item: CatalogItem;
  /** Left by a sign-in that is done. */
  secretId: string | undefined;
  /** Secrets are named by where they lie in Vault. */
  byReference: boolean;
  onInstalled: (server: McpServer) => void;
  onCancel: () => void;
};

export function InstallForm({ item, secretId, byReference, onInstalled, onCancel }: Props) {
  const prompts = promptsOf(item, byReference);
  const install = useInstall();
  const oauth = useBeginOAuth();
  const servers = useQuery(serversQuery).data ?? [];
  const [name, setName] = useState<string | null>(null);
  const [answers, setAnswers] = useState(() => startAnswers(prompts));
  const [scope, setScope] = useState<Scope>('personal');
  const [teamId, setTeamId] = useState<string | null>(null);
  const [place, setPlace] = useState<Place>({ runtime: null, clusterId: null });
  const [accessToken, setAccessToken] = useState('');
  const [agentId, setAgentId] = useState('');
  const shownName = name ?? freeName(item.name, servers);
  const missing = missingAnswers(prompts, answers);
  const halfToken = byReference && accessToken !== '' && !isReference(accessToken);
  const ready = shownName.trim() !== '' && missing.length === 0 && !halfToken && (scope !== 'team' || teamId !== null);
  const byOAuth = item.serverType === 'remote' && item.oauthConfig !== null;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!ready) return;
    const input: InstallInput = {
      catalogId: item.id,
      name: shownName.trim(),
      scope,
      teamId: scope === 'team' ? teamId : null,
      ...place,
      ...answersOf(prompts, answers),
      ...(accessToken.trim() === '' ? {} : { accessToken: accessToken.trim() }),
      ...(secretId === undefined ? {} : { secretId }),
      ...(byReference ? { isByosVault: true } : {}),
      agentIds: agentId === '' ? [] : [agentId],
    };
    install.mutate(input, { onSuccess: onInstalled });
  }

  return (
    <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
      <DialogBody>
        {install.isError || oauth.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(install.error ?? oauth.error)}
          </Notice>
        ) : null}
        {item.instructions ? (
          <p className="rounded-lg border border-line bg-surface-2/60 px-3 py-2.5 text-sm whitespace-pre-line text-text-2">
            {item.instructions}
          </p>
        ) : null}
        <PromptFields prompts={prompts} answers={answers} onChange={setAnswers} />
        {secretId !== undefined ? (
          <Notice tone="info">You are signed in to {item.name}. One more step: connect it.</Notice>
        ) : item.serverType === 'remote' && item.requiresAuth ? (
          <RemoteSignIn
            item={item}
            byOAuth={byOAuth}
            byReference={byReference}
            pending={oauth.isPending}
            accessToken={accessToken}
            onAccessToken={setAccessToken}
            onSignIn={() =>
              oauth.mutate(
                { catalogId: item.id },
                { onSuccess: ({ authorizationUrl }) => window.location.assign(authorizationUrl) },
              )
            }
          />
        ) : null}
        <ScopeChoice scope={scope} teamId={teamId} onScope={setScope} onTeam={setTeamId} />
        {item.serverType === 'local' ? <PlaceChoice place={place} onChange={setPlace} /> : null}
        <AgentChoice agentId={agentId} onChange={setAgentId} />
        <Field label="Name" hint="How it is called in your lists and logs.">
          {(control) => (
            <Input
              {...control}
              value={shownName}
              required
              maxLength={100}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </DialogBody>
      <DialogFooter>
        <Button onClick={onCancel}>Cancel</Button>
        <Button type="submit" variant="primary" pending={install.isPending} disabled={!ready}>
          {item.serverType === 'remote' ? 'Connect' : 'Install and start'}
        </Button>
      </DialogFooter>
    </form>
  );
}

type SignInProps = {
  item: CatalogItem;
  byOAuth: boolean;
  byReference: boolean;
  pending: boolean;
  accessToken: string;
  onAccessToken: (token: string) => void;
  onSignIn: () => void;
};

function RemoteSignIn({ item, byOAuth, byReference, pending, accessToken, onAccessToken, onSignIn }: SignInProps) {
  const label = byOAuth ? 'Or an access token' : 'Access token';
  return (
    <fieldset className="flex flex-col gap-3 rounded-lg border border-line p-3">
      <legend className="px-1 text-sm font-medium">Sign in to {item.name}</legend>
      {item.authDescription ? <p className="text-sm text-text-2">{item.authDescription}</p> : null}
      {byOAuth ? (
        <>
          <Button variant="primary" className="self-start" pending={pending} onClick={onSignIn}>
            Sign in with the browser
          </Button>
          <p className="text-xs text-text-3">You come back here when you have agreed there.</p>
        </>
      ) : null}
      {byReference ? (
        <VaultReferenceFields
          label={`${label} in Vault`}
          value={parseReference(accessToken)}
          onChange={(reference) => onAccessToken(formatReference(reference))}
        />
      ) : (
        <Field label={label} hint="Kept encrypted; sent only to this server.">
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="new-password"
              value={accessToken}
              onChange={(event) => onAccessToken(event.target.value)}
            />
          )}
        </Field>
      )}
    </fieldset>
  );
}

type ScopeProps = {
  scope: Scope;
  teamId: string | null;
  onScope: (scope: Scope) => void;
  onTeam: (id: string) => void;
};

const SCOPE_HINTS: Record<Scope, string> = {
  personal: 'Only calls with your own token use it and its credentials.',
  team: 'Calls of the team’s members and with the team’s token use it.',
  org: 'Every call may use it, whoever makes it.',
};

function ScopeChoice({ scope, teamId, onScope, onTeam }: ScopeProps) {
  const teams = useQuery(teamsQuery).data ?? [];
  return (
    <div className="flex flex-col gap-1.5">
      <span className="text-sm font-medium">For whom</span>
      <Segmented
        label="For whom"
        value={scope}
        onValueChange={(next) => {
          onScope(next);
          if (next === 'team' && teamId === null && teams[0]) onTeam(teams[0].id);
        }}
        options={[
          { value: 'personal', label: 'Only me' },
          ...(teams.length > 0 ? [{ value: 'team' as const, label: 'A team' }] : []),
          { value: 'org', label: 'Everyone' },
        ]}
      />
      {scope === 'team' ? (
        <Select aria-label="Team" value={teamId ?? ''} onChange={(event) => onTeam(event.target.value)}>
          {teams.map((team) => (
            <option key={team.id} value={team.id}>
              {team.name}
            </option>
          ))}
        </Select>
      ) : null}
      <p className="text-xs text-text-3">{SCOPE_HINTS[scope]}</p>
    </div>
  );
}

type Place = { runtime: RuntimeId | null; clusterId: string | null };

/** Only what is there can be chosen; without anything, what is missing is said here and now. */
function PlaceChoice({ place, onChange }: { place: Place; onChange: (place: Place) => void }) {
  const runtimes = useQuery(runtimesQuery);
  const clusters = useQuery(clustersQuery).data ?? [];
  if (runtimes.data === undefined) return null;
  const usable = runtimes.data.filter((runtime) => runtime.health.status === 'available');
  const others = usable.filter((runtime) => runtime.id !== 'kubernetes');
  if (usable.length === 0 && clusters.length === 0) {
    return (
      <Notice
        tone="warning"
        actions={
          <Link to="/runtimes" className="font-medium underline underline-offset-3">
            See why
          </Link>
        }
      >
        Nothing on this machine can run it: no Docker and no Kubernetes. It is kept and starts when one of them is
        there.
      </Notice>
    );
  }
  return (
    <Field label="Where it runs" hint={hintFor(place, clusters)}>
      {(control) => (
        <Select {...control} value={valueOf(place)} onChange={(event) => onChange(placeFrom(event.target.value))}>
          <option value="">The first that is available</option>
          {others.map((runtime) => (
            <option key={runtime.id} value={runtime.id}>
              {runtime.name}
            </option>
          ))}
          {clusters.map((cluster) => (
            <option key={cluster.id} value={`kubernetes:${cluster.id}`}>
              Kubernetes: {cluster.name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function valueOf({ runtime, clusterId }: Place): string {
  return clusterId === null ? (runtime ?? '') : `${runtime ?? 'kubernetes'}:${clusterId}`;
}

function placeFrom(value: string): Place {
  const [runtime = '', clusterId] = value.split(':');
  const known = (['docker', 'kubernetes', 'process'] as const).find((each) => each === runtime);
  return { runtime: known ?? null, clusterId: clusterId ?? null };
}

function hintFor({ runtime, clusterId }: Place, clusters: Cluster[]): string {
  if (runtime === 'process')
    return 'As a child process of this server: it sees more of the machine than in a container.';
  const cluster = clusters.find((each) => each.id === clusterId);
  if (cluster) return `In the namespace ${cluster.namespace}.`;
  return 'In a container of its own, with limits for memory and processors.';
}

function AgentChoice({ agentId, onChange }: { agentId: string; onChange: (id: string) => void }) {
  const agents = useQuery(allAgentsQuery).data ?? [];
  return (
    <Field label="Give its tools to" hint="Any client of that agent can call them at once." optional>
      {(control) => (
        <Select {...control} value={agentId} onChange={(event) => onChange(event.target.value)}>
          <option value="">No agent yet</option>
          {agents.map((agent) => (
            <option key={agent.id} value={agent.id}>
              {agent.name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

function freeName(wanted: string, servers: readonly McpServer[]): string {
  const taken = new Set(servers.map((server) => server.name));
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number++) if (!taken.has(`${wanted} ${number}`)) return `${wanted} ${number}`;
}
