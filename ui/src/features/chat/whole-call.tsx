import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ToolPart } from '@/api/chat';
import { CopyButton } from '@/components/ui/copy-button';
import { Dialog, DialogBody } from '@/components/ui/dialog';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ErrorState } from '@/components/ui/states';
import { LongText } from '@/features/chat/long-text';
import { wholeCallQuery } from '@/features/chat/queries';
import { nameOf } from '@/features/chat/tool-view';
import { readToolResult } from '@/features/tool-inspector/tool-result';

type Props = { conversationId: string; messageId: string; part: ToolPart; onClose: () => void };

/** A result of any size: only the lines in sight are drawn. */
export function WholeCall({ conversationId, messageId, part, onClose }: Props) {
  const call = useQuery(wholeCallQuery(conversationId, messageId, part.toolCallId));
  const text = useMemo(() => textOf(call.data?.output), [call.data]);
  return (
    <Dialog
      variant="sheet"
      title={`Result of ${nameOf(part.toolName).tool}`}
      onClose={onClose}
      className="w-[min(56rem,100vw)]"
    >
      <DialogBody className="gap-2 p-0">
        {call.isLoadingError ? (
          <ErrorState title="The result could not be read" error={call.error} onRetry={() => void call.refetch()} />
        ) : call.isPending ? (
          <SkeletonRows />
        ) : (
          <>
            <p className="flex items-center justify-end px-3 pt-2">
              <CopyButton text={text} label="Copy the whole result">
                Copy
              </CopyButton>
            </p>
            <LongText text={text} label="Whole result" />
          </>
        )}
      </DialogBody>
    </Dialog>
  );
}

function textOf(output: unknown): string {
  const result = readToolResult(output);
  if (result === null) return typeof output === 'string' ? output : (JSON.stringify(output, null, 2) ?? '');
  return result.parts.map((part) => (part.kind === 'text' ? part.text : JSON.stringify(part, null, 2))).join('\n\n');
}
