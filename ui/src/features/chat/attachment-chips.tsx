import { CircleAlert, FileText, Loader2, X } from 'lucide-react';
import { type Attached } from '@/features/chat/attachments';
import { cn } from '@/lib/class-names';
import { formatBytes } from '@/lib/format';

type Props = { attached: readonly Attached[]; onDetach: (key: string) => void };

export function AttachmentChips({ attached, onDetach }: Props) {
  if (attached.length === 0) return null;
  return (
    <ul aria-label="Attached files" className="flex flex-wrap gap-2 px-3 pt-3">
      {attached.map((each) => (
        <li
          key={each.key}
          className={cn(
            'flex max-w-60 items-center gap-2 rounded-md border border-line bg-surface-2 py-1 pr-1 pl-1.5 text-xs',
            each.state === 'failed' && 'border-bad bg-bad-soft text-bad-text',
          )}
        >
          <ChipMark each={each} />
          <span className="min-w-0">
            <span className="block truncate font-medium">{each.name}</span>
            <span className={cn('block truncate text-2xs', each.state === 'failed' ? 'text-bad-text' : 'text-text-3')}>
              {each.error ?? formatBytes(each.size)}
            </span>
          </span>
          <button
            type="button"
            aria-label={`Remove ${each.name}`}
            className="grid size-6 shrink-0 place-items-center rounded hover:bg-surface-3"
            onClick={() => onDetach(each.key)}
          >
            <X className="size-3.5" aria-hidden />
          </button>
        </li>
      ))}
    </ul>
  );
}

function ChipMark({ each }: { each: Attached }) {
  if (each.state === 'uploading') return <Loader2 className="size-4 shrink-0 animate-spin" aria-label="Uploading" />;
  if (each.state === 'failed') return <CircleAlert className="size-4 shrink-0" aria-hidden />;
  if (each.preview !== null) return <img src={each.preview} alt="" className="size-8 shrink-0 rounded object-cover" />;
  return <FileText className="size-4 shrink-0 text-text-3" aria-hidden />;
}
