import { useQuery } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import type { Prompt } from '@/api/chat';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Dialog, DialogBody } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { RelativeTime } from '@/components/ui/time';
import { showToast } from '@/components/ui/toast';
import { promptVersionsQuery, useRollBack } from '@/features/prompts/queries';
import { useCan } from '@/shell/permissions';

export function PromptHistory({ prompt, onClose }: { prompt: Prompt; onClose: () => void }) {
  const versions = useQuery(promptVersionsQuery(prompt.id));
  const rollBack = useRollBack(prompt.id);
  const mayChange = useCan('prompt', 'update');
  return (
    <Dialog
      variant="sheet"
      title={`Versions of ${prompt.name}`}
      description="Going back makes the old text the newest version, so nothing is lost."
      onClose={onClose}
    >
      <DialogBody>
        {rollBack.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(rollBack.error)}
          </Notice>
        ) : null}
        {versions.isLoadingError ? (
          <ErrorState
            title="The versions could not be read"
            error={versions.error}
            onRetry={() => void versions.refetch()}
          />
        ) : versions.isPending ? (
          <SkeletonRows />
        ) : (
          <ol className="flex flex-col gap-3">
            {versions.data.map((version) => (
              <li key={version.id} className="rounded-lg border border-line">
                <div className="flex items-center gap-2 border-b border-line px-3 py-2 text-sm">
                  <h3 className="font-medium">Version {version.version}</h3>
                  {version.isActive ? <Badge tone="ok">in use</Badge> : null}
                  <RelativeTime at={version.createdAt} className="ml-auto text-xs text-text-3" />
                  {version.isActive || !mayChange ? null : (
                    <Button
                      size="sm"
                      pending={rollBack.isPending && rollBack.variables === version.id}
                      onClick={() =>
                        rollBack.mutate(version.id, {
                          onSuccess: () => {
                            showToast({ tone: 'ok', title: `Version ${version.version} is in use again` });
                            onClose();
                          },
                        })
                      }
                    >
                      <Undo2 aria-hidden /> Go back<span className="sr-only"> to version {version.version}</span>
                    </Button>
                  )}
                </div>
                <Text label="System prompt" text={version.systemPrompt} />
                <Text label="First message" text={version.userPrompt} />
              </li>
            ))}
          </ol>
        )}
      </DialogBody>
    </Dialog>
  );
}

function Text({ label, text }: { label: string; text: string | null }) {
  if (text === null) return null;
  return (
    <div className="px-3 py-2 text-sm">
      <p className="text-xs text-text-3">{label}</p>
      <p className="mt-0.5 break-words whitespace-pre-wrap">{text}</p>
    </div>
  );
}
