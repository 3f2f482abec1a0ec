import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import {
  Bot,
  Boxes,
  ClipboardPaste,
  KeyRound,
  Lock,
  LogOut,
  Monitor,
  Moon,
  Plus,
  Search,
  Server,
  Sun,
  Waypoints,
} from 'lucide-react';
import { type ReactNode, useCallback } from 'react';
import { Kbd } from '@/components/ui/kbd';
import { allAgentsQuery } from '@/features/agents/queries';
import { serversQuery } from '@/features/mcp-servers/queries';
import { useSignOut } from '@/features/sign-in/queries';
import { chooseTheme, type ThemeChoice } from '@/lib/theme';
import { PAGES } from '@/shell/pages';
import { usePermitted } from '@/shell/permissions';
import { settingsActions } from '@/shell/settings-actions';

export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const agents = useQuery(allAgentsQuery);
  const servers = useQuery(serversQuery);
  const signOut = useSignOut();
  const permitted = usePermitted();
  const open = useCallback((element: HTMLDialogElement | null) => {
    element?.showModal();
    element?.querySelector('input')?.focus();
    return () => element?.close();
  }, []);

  function run(action: () => void) {
    onClose();
    action();
  }

  return (
    <dialog
      ref={open}
      aria-label="Search pages, actions and agents"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="pop-in mx-auto mt-[12vh] w-[min(36rem,calc(100vw-2rem))] overflow-hidden rounded-xl border border-line bg-surface p-0 shadow-pop"
    >
      <Command label="Search pages, actions and agents" loop filter={rank}>
        <div className="flex items-center gap-2.5 border-b border-line px-4">
          <Search className="size-4 text-text-3" aria-hidden />
          <Command.Input
            placeholder="Where to, or what to do?"
            className="h-12 flex-1 bg-transparent text-base outline-none"
          />
          <Kbd>Esc</Kbd>
        </div>
        <Command.List className="max-h-[22rem] overflow-y-auto p-1.5 text-sm">
          <Command.Empty className="px-3 py-8 text-center text-text-3">Nothing matches.</Command.Empty>
          <Group heading="Go to">
            {PAGES.map((page) => (
              <Item
                key={page.to}
                keywords={[page.words]}
                onSelect={() => run(() => void navigate({ to: page.to }))}
                value={`page ${page.label}`}
              >
                <page.icon aria-hidden />
                <span className="flex-1">{page.label}</span>
                <Kbd>g</Kbd>
                <Kbd>{page.key}</Kbd>
              </Item>
            ))}
          </Group>
          <Group heading="Do">
            <Item
              value="create agent"
              keywords={['new add profile']}
              onSelect={() => run(() => void navigate({ to: '/agents/new' }))}
            >
              <Plus aria-hidden /> Create an agent
            </Item>
            <Item
              value="install mcp server"
              keywords={['add new catalogue']}
              onSelect={() => run(() => void navigate({ to: '/catalog', search: { source: 'builtin' } }))}
            >
              <Plus aria-hidden /> Install an MCP server
            </Item>
            <Item
              value="paste mcp configuration"
              keywords={['import mcpServers json docker run npx']}
              onSelect={() => run(() => void navigate({ to: '/catalog/paste' }))}
            >
              <ClipboardPaste aria-hidden /> Paste an MCP configuration
            </Item>
            <Item
              value="connect mcp client"
              keywords={['claude cursor codex vscode tools']}
              onSelect={() => run(() => void navigate({ to: '/connect', search: { kind: 'mcp' } }))}
            >
              <Waypoints aria-hidden /> Connect an MCP client
            </Item>
            <Item
              value="add cluster"
              keywords={['kubernetes kubeconfig']}
              onSelect={() => run(() => void navigate({ to: '/runtimes/new' }))}
            >
              <Boxes aria-hidden /> Add a cluster
            </Item>
            <Item
              value="add provider key"
              keywords={['openai anthropic gemini ollama llm model chat settings']}
              onSelect={() => run(() => void navigate({ to: '/settings/chat', search: { add: 'new' } }))}
            >
              <KeyRound aria-hidden /> Add a provider key
            </Item>
            <Item
              value="see secrets"
              keywords={['vault keyring rotate encrypted']}
              onSelect={() => run(() => void navigate({ to: '/settings/secrets' }))}
            >
              <Lock aria-hidden /> See secrets and where they are kept
            </Item>
            <Item
              value="create api key"
              keywords={['new token']}
              onSelect={() => run(() => void navigate({ to: '/settings/api-keys', search: { create: true } }))}
            >
              <KeyRound aria-hidden /> Create an API key
            </Item>
            {settingsActions(permitted).map(({ value, words, icon: Icon, href }) => (
              <Item key={href} value={value} keywords={[words]} onSelect={() => run(() => void navigate({ href }))}>
                <Icon aria-hidden /> {value}
              </Item>
            ))}
            <ThemeItem choice="light" icon={<Sun aria-hidden />} run={run} />
            <ThemeItem choice="dark" icon={<Moon aria-hidden />} run={run} />
            <ThemeItem choice="system" icon={<Monitor aria-hidden />} run={run} />
            <Item value="sign out" onSelect={() => run(() => signOut.mutate())}>
              <LogOut aria-hidden /> Sign out
            </Item>
          </Group>
          {servers.data && servers.data.length > 0 ? (
            <Group heading="Servers">
              {servers.data.map((server) => (
                <Item
                  key={server.id}
                  value={`server ${server.name} ${server.id}`}
                  onSelect={() =>
                    run(() => void navigate({ to: '/servers/$serverId', params: { serverId: server.id } }))
                  }
                >
                  <Server aria-hidden /> {server.name}
                </Item>
              ))}
            </Group>
          ) : null}
          {agents.data && agents.data.length > 0 ? (
            <Group heading="Agents">
              {agents.data.map((agent) => (
                <Item
                  key={agent.id}
                  value={`agent ${agent.name} ${agent.id}`}
                  onSelect={() => run(() => void navigate({ to: '/agents/$agentId', params: { agentId: agent.id } }))}
                >
                  <Bot aria-hidden /> {agent.name}
                </Item>
              ))}
            </Group>
          ) : null}
        </Command.List>
      </Command>
    </dialog>
  );
}

const THEME_WORDS: Record<ThemeChoice, string> = {
  light: 'Light theme',
  dark: 'Dark theme',
  system: 'Theme like the system',
};

function ThemeItem({ choice, icon, run }: { choice: ThemeChoice; icon: ReactNode; run: (action: () => void) => void }) {
  return (
    <Item
      value={THEME_WORDS[choice]}
      keywords={['appearance colour mode']}
      onSelect={() => run(() => chooseTheme(choice))}
    >
      {icon} {THEME_WORDS[choice]}
    </Item>
  );
}

function Group({ heading, children }: { heading: string; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      className="[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-text-3"
    >
      {children}
    </Command.Group>
  );
}

/** Every word must stand there; a name that begins with it comes first. */
function rank(value: string, search: string, keywords: string[] = []): number {
  const name = value.toLowerCase();
  const text = `${name} ${keywords.join(' ').toLowerCase()}`;
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => text.includes(word))) return 0;
  return words.every((word) => name.split(' ').some((part) => part.startsWith(word))) ? 1 : 0.5;
}

type ItemProps = { value: string; keywords?: string[]; onSelect: () => void; children: ReactNode };

function Item({ value, keywords, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      keywords={keywords}
      onSelect={onSelect}
      className="flex h-9 cursor-pointer items-center gap-2.5 rounded-md px-2.5 data-[selected=true]:bg-surface-3 [&_svg]:size-4 [&_svg]:text-text-3"
    >
      {children}
    </Command.Item>
  );
}
