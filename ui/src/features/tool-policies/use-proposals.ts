import { useRef, useState } from 'react';
import type { PolicyProposal } from '@/api/policies';
import { causeOf } from '@/components/ui/states';
import { propose, useRefreshPolicies } from '@/features/tool-policies/queries';

/** So many are asked about in one request: the server asks about as many at once. */
const AT_ONCE = 4;

type State = 'waiting' | 'running' | 'stopped' | 'done';

/** Asks a model about tools a few at a time, so that one sees how far it is and can stop. */
export function useProposals() {
  const [results, setResults] = useState<PolicyProposal[]>([]);
  const [state, setState] = useState<State>('waiting');
  const [failure, setFailure] = useState<string | null>(null);
  const wanted = useRef(false);
  const refresh = useRefreshPolicies();

  async function run(toolIds: string[]) {
    wanted.current = true;
    setState('running');
    setFailure(null);
    setResults([]);
    try {
      for (let from = 0; from < toolIds.length && wanted.current; from += AT_ONCE) {
        const { results: some } = await propose(toolIds.slice(from, from + AT_ONCE));
        const cause = sharedCause(some);
        if (cause !== null) throw new Error(cause);
        setResults((before) => [...before, ...some]);
      }
      setState(wanted.current ? 'done' : 'stopped');
    } catch (error) {
      setFailure(causeOf(error));
      setState('stopped');
    }
    await refresh();
  }

  const stop = () => {
    wanted.current = false;
  };
  return { results, state, failure, run, stop };
}

/** What kept every one of them from working will keep the next ones, too. */
function sharedCause(results: readonly PolicyProposal[]): string | null {
  const [first] = results;
  if (first?.error == null || results.some(({ error }) => error !== first.error)) return null;
  return first.error;
}
