import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Pencil } from 'lucide-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { CatalogItem, McpServer } from '@/api/mcp';
import { Button, buttonClass } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { CodeBlock } from '@/components/ui/code-block';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { catalogItemQuery } from '@/features/mcp-catalog/queries';
import { PromptFields } from '@/features/mcp-servers/install/prompt-fields';
import { answersOf, missingAnswers, promptsOf, startAnswers } from '@/features/mcp-servers/install/prompts';
import { useReinstall } from '@/features/mcp-servers/queries';
import { featuresQuery } from '@/features/secrets/queries';
import { useCan, usePermitted } from '@/shell/permissions';

export function ConfigTab({ server }: { server: McpServer }) {
  const item = useQuery(catalogItemQuery(server.catalogId));
  const features = useQuery(featuresQuery);
  if (item.isLoadingError) {
    return (
      <ErrorState title="Its configuration could not be read" error={item.error} onRetry={() => void item.refetch()} />
    );
  }
  if (features.isLoadingError) {
    return (
      <ErrorState
        title="How this server keeps secrets could not be read"
        error={features.error}
        onRetry={() => void features.refetch()}
      />
    );
  }
  if (item.isPending || features.isPending) return <Skeleton className="h-72" />;
  return (
    <div className="flex flex-col gap-5">
      <Answers
        // What is typed stays, whatever becomes of the server meanwhile.
        key={item.data.updatedAt}
        server={server}
        item={item.data}
        // What has values of its own keeps to them.
        byReference={
          server.secretId === null ? features.data.byosEnabled : server.secretStorageType === 'external_vault'
        }
      />
      <Definition item={item.data} />
    </div>
  );
}

const valuesOf = (server: McpServer) => ({ ...server.environmentValues, ...server.userConfigValues });

type AnswersProps = { server: McpServer; item: CatalogItem; byReference: boolean };

function Answers({ server, item, byReference }: AnswersProps) {
  const prompts = promptsOf(item, byReference);
  const reinstall = useReinstall(server.id);
  const permitted = usePermitted();
  // Whoever may install servers may change their own.
  const mayUpdate = permitted('mcpServer', 'update') || permitted('mcpServer', 'create');
  const [answers, setAnswers] = useState(() => startAnswers(prompts, valuesOf(server)));
  // A secret that is left empty stays as it is stored.
  const missing = missingAnswers(
    prompts.map((prompt) => (prompt.secret ? { ...prompt, required: false } : prompt)),
    answers,
  );
  function submit(event: FormEvent) {
    event.preventDefault();
    if (missing.length > 0) return;
    reinstall.mutate(answersOf(prompts, answers), {
      onSuccess: (saved) => {
        setAnswers(startAnswers(prompts, valuesOf(saved)));
        showToast({ tone: 'ok', title: 'Saved', detail: `${server.name} starts with the new values.` });
      },
    });
  }
  return (
    <Card>
      <CardHeader title="Your values" description="What this installation was asked for." />
      {prompts.length === 0 ? (
        <p className="border-t border-line px-4 py-3 text-sm text-text-3">It asks for nothing.</p>
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4 border-t border-line p-4">
          {reinstall.isError ? (
            <Notice tone="error" role="alert">
              {causeOf(reinstall.error)}
            </Notice>
          ) : null}
          <PromptFields
            prompts={prompts}
            answers={answers}
            onChange={setAnswers}
            secretHint="Stored. Leave it empty to keep it."
          />
          <Button
            type="submit"
            variant="primary"
            className="self-start"
            pending={reinstall.isPending}
            disabled={!mayUpdate || missing.length > 0}
          >
            Save and restart
          </Button>
        </form>
      )}
    </Card>
  );
}

function Definition({ item }: { item: CatalogItem }) {
  const mayEdit = useCan('internalMcpCatalog', 'update');
  const { localConfig } = item;
  return (
    <Card>
      <CardHeader
        title="Definition"
        description="From the catalogue; all its installations share it."
        actions={
          mayEdit && item.serverType !== 'builtin' ? (
            <Link to="/catalog/$itemId" params={{ itemId: item.id }} className={buttonClass({ size: 'sm' })}>
              <Pencil aria-hidden /> Edit
            </Link>
          ) : null
        }
      />
      <dl className="divide-y divide-line border-t border-line text-sm">
        {item.serverUrl ? <Row name="Address">{item.serverUrl}</Row> : null}
        {localConfig?.dockerImage ? <Row name="Image">{localConfig.dockerImage}</Row> : null}
        {localConfig?.command ? <Row name="Command">{localConfig.command}</Row> : null}
        {localConfig?.arguments && localConfig.arguments.length > 0 ? (
          <Row name="Arguments">{localConfig.arguments.join(' ')}</Row>
        ) : null}
        {localConfig ? (
          <Row name="Speaks">
            {localConfig.transportType !== 'streamable-http'
              ? 'stdio'
              : `streamable HTTP on port ${localConfig.httpPort ?? 8080}${localConfig.httpPath ?? '/mcp'}`}
          </Row>
        ) : null}
        {localConfig?.environment
          ?.filter((variable) => !variable.promptOnInstallation)
          .map((variable) => (
            <Row key={variable.key} name={variable.key}>
              {variable.type === 'secret' ? '•••••• (secret)' : (variable.value ?? '')}
            </Row>
          ))}
      </dl>
      <details className="border-t border-line">
        <summary className="cursor-pointer px-4 py-2.5 text-sm text-text-2 hover:text-text">As JSON</summary>
        <CodeBlock code={JSON.stringify(exported(item), null, 2)} label="Definition" className="m-4 mt-1" />
      </details>
    </Card>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-baseline gap-4 px-4 py-2">
      <dt className="w-40 shrink-0 truncate text-text-3" title={name}>
        {name}
      </dt>
      <dd className="min-w-0 font-mono text-xs break-all">{children}</dd>
    </div>
  );
}

/** What another installation could be made from; nothing secret is in it. */
function exported({ name, serverType, serverUrl, localConfig, userConfig }: CatalogItem) {
  return {
    name,
    serverType,
    ...(serverUrl ? { serverUrl } : {}),
    ...(localConfig ? { localConfig } : {}),
    ...(userConfig ? { userConfig } : {}),
  };
}
