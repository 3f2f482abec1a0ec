import { ChevronDown, Sparkles } from 'lucide-react';
import type { Tool } from '@/api/mcp';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem, MenuLabel } from '@/components/ui/menu';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useSetDefaults } from '@/features/tool-policies/queries';
import { ACTIONS, type Kind, wordsOf } from '@/features/tool-policies/words';
import { pluralize } from '@/lib/format';

type Props = {
  shown: Tool[];
  picked: Tool[];
  onChoose: (chosen: ReadonlySet<string>) => void;
  onConfigure: () => void;
};

/** Choose all that is shown, then give them one default, or ask a model. */
export function BulkBar({ shown, picked, onChoose, onConfigure }: Props) {
  const none = picked.length === 0;
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-4 py-2">
      <label className="mr-auto flex items-center gap-2.5 text-sm">
        <input
          type="checkbox"
          className="accent-accent"
          checked={!none && picked.length === shown.length}
          ref={(box) => {
            if (box) box.indeterminate = !none && picked.length < shown.length;
          }}
          onChange={(event) => onChoose(new Set(event.target.checked ? shown.map(({ id }) => id) : []))}
        />
        {none ? 'Choose all shown' : `${pluralize(picked.length, 'tool')} chosen`}
      </label>
      <DefaultMenu kind="call" label="Default for calls" tools={picked} />
      <DefaultMenu kind="result" label="Default for results" tools={picked} />
      <Button size="sm" disabled={none} onClick={onConfigure}>
        <Sparkles aria-hidden /> Configure automatically…
      </Button>
    </div>
  );
}

function DefaultMenu({ kind, label, tools }: { kind: Kind; label: string; tools: Tool[] }) {
  const set = useSetDefaults(kind);
  return (
    <Menu
      trigger={
        <Button size="sm" disabled={tools.length === 0} pending={set.isPending}>
          {label} <ChevronDown aria-hidden />
        </Button>
      }
    >
      <MenuLabel>In place of what they have</MenuLabel>
      {ACTIONS[kind].map((action) => (
        <MenuItem
          key={action}
          onSelect={() =>
            set.mutate(
              { toolIds: tools.map(({ id }) => id), action },
              {
                onSuccess: ({ created, updated }) =>
                  showToast({ tone: 'ok', title: `${pluralize(created + updated, 'default')} set` }),
                onError: (error) => showToast({ tone: 'bad', title: 'Nothing was set', detail: causeOf(error) }),
              },
            )
          }
        >
          {wordsOf(kind, action).label}
        </MenuItem>
      ))}
    </Menu>
  );
}
