import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { Check, ChevronDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import { useState } from 'react';
import type { ChatModel, ChatStatus } from '@/api/chat';
import { Badge } from '@/components/ui/badge';
import { causeOf } from '@/components/ui/states';
import { modelsQuery } from '@/features/chat/queries';
import { cn } from '@/lib/class-names';
import { formatCompact, formatPrice } from '@/lib/format';

export type ModelChoice = { provider: string | null; model: string };
type Props = {
  agentId: string | undefined;
  value: ModelChoice | null;
  status: ChatStatus | undefined;
  onChange: (choice: { provider?: string; model: string }) => void;
  open: boolean;
  onOpenChange: (open: boolean) => void;
};

export function ModelPicker({ agentId, value, status, onChange, open, onOpenChange }: Props) {
  const models = useQuery(modelsQuery(agentId));
  const listed = models.data?.find((each) => each.id === value?.model && each.provider === value.provider);
  const isDemo = value !== null && value.provider !== null && value.provider === status?.demo?.provider;
  const name = isDemo ? 'Demo model (no AI)' : (listed?.displayName ?? value?.model ?? 'Choose a model');
  return (
    <Popover.Root open={open} onOpenChange={onOpenChange}>
      <Popover.Trigger asChild>
        <button
          type="button"
          aria-label={`Model: ${name}`}
          className="flex h-8 min-w-0 items-center gap-1 rounded-md px-2 text-xs max-sm:min-w-20 font-medium text-text-2 hover:bg-surface-3 hover:text-text"
        >
          <span className="truncate">{name}</span>
          <ChevronDown className="size-3.5 shrink-0" aria-hidden />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          align="start"
          sideOffset={8}
          collisionPadding={12}
          aria-label="Models"
          className="pop-in z-50 w-80 max-w-[calc(100vw-1.5rem)] overflow-hidden rounded-lg border border-line bg-surface text-sm shadow-pop"
        >
          <Models
            models={models.data ?? []}
            error={models.isError ? causeOf(models.error) : null}
            value={value}
            status={status}
            onChange={(choice) => {
              onOpenChange(false);
              onChange(choice);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

type ModelsProps = Pick<Props, 'value' | 'status' | 'onChange'> & { models: ChatModel[]; error: string | null };

function Models({ models, error, value, status, onChange }: ModelsProps) {
  const [search, setSearch] = useState('');
  const typed = search.trim();
  const names = new Map(status?.providers.map(({ id, name }) => [id, name]));
  const groups = new Map<string, ChatModel[]>();
  for (const model of models) groups.set(model.provider, [...(groups.get(model.provider) ?? []), model]);
  const demo = status?.demo;
  return (
    <Command label="Models" loop>
      <Command.Input
        autoFocus
        value={search}
        onValueChange={setSearch}
        placeholder="Search models"
        className="h-10 w-full border-b border-line bg-transparent px-3 outline-none"
      />
      <Command.List className="max-h-72 overflow-y-auto p-1">
        {error === null ? null : <p className="px-2.5 py-2 text-xs text-bad-text">{error}</p>}
        {models.length === 0 && error === null ? (
          <p className="px-2.5 py-2 text-xs text-text-3">No provider lists models. Add a key under Settings → Chat.</p>
        ) : null}
        {[...groups].map(([provider, list]) => (
          <Group key={provider} heading={names.get(provider) ?? provider}>
            {list.map((model) => (
              <Item
                key={model.id}
                value={`${model.provider} ${model.displayName} ${model.id}`}
                chosen={model.id === value?.model && model.provider === value.provider}
                onSelect={() => onChange({ provider: model.provider, model: model.id })}
              >
                <span className="min-w-0 flex-1 truncate">{model.displayName}</span>
                <span className="shrink-0 text-2xs text-text-3 tnum">{factsOf(model)}</span>
              </Item>
            ))}
          </Group>
        ))}
        {demo ? (
          <Group heading="Without a key">
            <Item
              value={`demo ${demo.name} ${demo.model}`}
              chosen={value?.provider === demo.provider}
              onSelect={() => onChange({ provider: demo.provider, model: demo.model })}
            >
              <span className="min-w-0 flex-1 truncate">Demo model</span>
              <Badge tone="outline">no AI</Badge>
            </Item>
          </Group>
        ) : null}
        {typed !== '' && !models.some(({ id }) => id === typed) ? (
          <Item value={`other ${typed}`} chosen={false} onSelect={() => onChange({ model: typed })}>
            <span className="truncate">Use “{typed}”</span>
          </Item>
        ) : null}
      </Command.List>
    </Command>
  );
}

function factsOf(model: ChatModel): string {
  const window = model.contextLength === null ? null : formatCompact(model.contextLength);
  const price =
    model.pricePerMillionInput === null
      ? null
      : `${formatPrice(model.pricePerMillionInput)} / ${formatPrice(model.pricePerMillionOutput)}`;
  return [window, price].filter((each) => each !== null).join(' · ');
}

function Group({ heading, children }: { heading: string; children: React.ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-text-3"
    >
      {children}
    </Command.Group>
  );
}

type ItemProps = { value: string; chosen: boolean; onSelect: () => void; children: React.ReactNode };

function Item({ value, chosen, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      onSelect={onSelect}
      className="flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 data-[selected=true]:bg-surface-3"
    >
      <Check className={cn('size-3.5 shrink-0 text-accent-text', !chosen && 'invisible')} aria-hidden />
      {children}
    </Command.Item>
  );
}
