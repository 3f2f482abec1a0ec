import { Dialog, DialogBody } from '@/components/ui/dialog';
import { Kbd } from '@/components/ui/kbd';
import { commandKey } from '@/lib/desktop';
import { PAGES } from '@/shell/pages';

export default function ShortcutHelp({ onClose }: { onClose: () => void }) {
  const rows: [string, string[]][] = [
    ['Search pages, actions and agents', [commandKey(), 'K']],
    ...PAGES.map((page): [string, string[]] => [`Go to ${page.label}`, ['g', page.key]]),
    ['In the logs: next and previous call', ['j', 'k']],
    ['Close a panel', ['Esc']],
    ['This list', ['?']],
  ];
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose} className="w-[min(44rem,calc(100vw-2rem))]">
      <DialogBody className="gap-0 py-2">
        <dl className="gap-8 text-sm sm:columns-2">
          {rows.map(([name, keys]) => (
            <div key={name} className="flex break-inside-avoid items-center justify-between border-b border-line py-2">
              <dt className="text-text-2">{name}</dt>
              <dd className="flex gap-1">
                {keys.map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </DialogBody>
    </Dialog>
  );
}
