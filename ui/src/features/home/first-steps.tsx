import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plug } from 'lucide-react';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { CodeBlock } from '@/components/ui/code-block';
import { EmptyState } from '@/components/ui/states';
import { proxyUrl } from '@/features/agents/proxy-urls';
import { publicConfigQuery } from '@/shell/queries';

/** Home before the first call: the one next step, and the shortest way to try it. */
export function FirstSteps() {
  const { data: config } = useQuery(publicConfigQuery);
  return (
    <Card>
      <EmptyState
        icon={Plug}
        title="Connect your first client"
        className="pb-8"
        actions={
          <Link to="/connect" className={buttonClass({ variant: 'primary', size: 'lg' })}>
            Connect a client
          </Link>
        }
      >
        Change one base URL in Claude Code, Codex, an SDK or curl, and every call shows up here with its tokens, cost
        and time.
      </EmptyState>
      {config ? (
        <div className="mx-auto max-w-2xl px-6 pb-10">
          <p className="mb-2 text-center text-xs text-text-3">Or, if Claude Code is already on this machine:</p>
          <CodeBlock
            code={`ANTHROPIC_BASE_URL=${proxyUrl(config.apiBaseUrl, 'anthropic')} claude`}
            label="Claude Code command"
            caption="Shell"
          />
        </div>
      ) : null}
    </Card>
  );
}
