import { Upload } from 'lucide-react';
import { type DragEvent, type ReactNode, useState } from 'react';

type Props = { onFiles: (files: File[]) => void; children: ReactNode };

/** Files dropped anywhere on the conversation are attached to its next message. */
export function DropArea({ onFiles, children }: Props) {
  const [over, setOver] = useState(false);
  const carriesFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return (
    <div
      className="relative flex min-h-0 min-w-0 flex-1 flex-col"
      onDragOver={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      }}
      onDrop={(event) => {
        if (!carriesFiles(event)) return;
        event.preventDefault();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {over ? (
        <div className="pointer-events-none absolute inset-3 z-20 grid place-items-center rounded-xl border-2 border-dashed border-accent bg-accent-soft/90">
          <p className="flex items-center gap-2 font-medium text-accent-text">
            <Upload className="size-5" aria-hidden /> Drop to attach
          </p>
        </div>
      ) : null}
    </div>
  );
}
