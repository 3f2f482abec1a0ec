import { Input } from '@/components/ui/input';
import type { CallLogSearch } from '@/features/call-log/search';

type Props = { from: string | undefined; to: string | undefined; onChange: (change: CallLogSearch) => void };

export function CustomRange({ from, to, onChange }: Props) {
  return (
    <span className="flex items-center gap-1.5 text-sm text-text-3">
      <Input
        type="datetime-local"
        aria-label="From"
        className="w-auto"
        value={from ?? ''}
        max={to}
        onChange={(event) => onChange({ from: event.target.value || undefined })}
      />
      to
      <Input
        type="datetime-local"
        aria-label="To"
        className="w-auto"
        value={to ?? ''}
        min={from}
        onChange={(event) => onChange({ to: event.target.value || undefined })}
      />
    </span>
  );
}
