import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { Card, CardHeader } from '@/components/ui/card';
import { Notice } from '@/components/ui/notice';
import { Skeleton } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { Switch } from '@/components/ui/switch';
import { showToast } from '@/components/ui/toast';
import { organizationQuery, useUpdateOrganization } from '@/features/organization/queries';
import { useCan } from '@/shell/permissions';
import { publicConfigQuery } from '@/shell/queries';

export function PrivacyPage() {
  const organization = useQuery(organizationQuery);
  const config = useQuery(publicConfigQuery);
  const update = useUpdateOrganization();
  const mayChange = useCan('organization', 'update');
  const id = useId();

  if (organization.isLoadingError) {
    return (
      <Card>
        <ErrorState
          title="The settings could not be read"
          error={organization.error}
          onRetry={() => void organization.refetch()}
        />
      </Card>
    );
  }
  const consent = organization.data?.analyticsConsent ?? false;
  const analytics = config.data?.analytics;
  return (
    <>
      <title>Privacy · Archestra</title>
      <Card>
        <CardHeader title="Usage statistics" description="Off until someone switches them on here." />
        <div className="flex flex-col gap-3 px-4 pb-4">
          {organization.isPending ? (
            <Skeleton className="h-6 w-64" />
          ) : (
            <div className="flex items-center gap-3">
              <Switch
                id={id}
                checked={consent}
                disabled={update.isPending || !mayChange}
                onCheckedChange={(checked) =>
                  update.mutate(
                    { analyticsConsent: checked },
                    {
                      onSuccess: () =>
                        showToast({ tone: 'ok', title: checked ? 'Statistics may be sent' : 'Nothing is sent' }),
                      onError: (error) =>
                        showToast({ tone: 'bad', title: 'Could not be saved', detail: causeOf(error) }),
                    },
                  )
                }
              />
              <label htmlFor={id} className="text-sm font-medium">
                Send anonymous usage statistics
              </label>
            </div>
          )}
          <p className="max-w-xl text-sm text-text-2">
            Never prompts, answers, names, addresses or keys. Nothing leaves this server unless all three are true: it
            is allowed here, <code className="font-mono text-xs">ARCHESTRA_ANALYTICS</code> does not forbid it, and a
            destination is configured.
          </p>
          {analytics ? (
            <Notice tone="info" className="max-w-xl">
              {consent && analytics.enabled && analytics.destinationConfigured
                ? 'Statistics are being sent to the configured destination.'
                : !analytics.enabled
                  ? 'The server’s configuration forbids statistics, whatever is chosen here.'
                  : !analytics.destinationConfigured
                    ? 'No destination is configured on this server, so nothing can be sent.'
                    : 'Nothing is being sent.'}
            </Notice>
          ) : null}
        </div>
      </Card>
      <Card>
        <CardHeader title="What stays here" />
        <p className="max-w-xl px-4 pb-4 text-sm text-text-2">
          Requests and responses of the LLM proxy are kept in this server’s own database and deleted after the retention
          time (<code className="font-mono text-xs">ARCHESTRA_LLM_LOGS_RETENTION_DAYS</code>, 90 days unless set). This
          interface loads nothing from other hosts. Licences of what it is made of:{' '}
          <a
            href="/licenses.txt"
            target="_blank"
            rel="noreferrer"
            className="text-accent-text underline underline-offset-3"
          >
            libraries
          </a>
          ,{' '}
          <a
            href="/licenses-fonts.txt"
            target="_blank"
            rel="noreferrer"
            className="text-accent-text underline underline-offset-3"
          >
            fonts
          </a>
          .
        </p>
      </Card>
    </>
  );
}
