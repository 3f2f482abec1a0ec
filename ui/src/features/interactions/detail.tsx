import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { CallDrawer } from '@/features/call-log/drawer';
import { InteractionBody } from '@/features/interactions/detail-body';
import type { DetailTab } from '@/features/interactions/detail-search';
import { interactionQuery } from '@/features/interactions/queries';

export function InteractionDrawer() {
  const { interactionId } = useParams({ from: '/_app/logs/$interactionId' });
  const search = useSearch({ from: '/_app/logs/$interactionId' });
  const navigate = useNavigate();
  const call = useQuery(interactionQuery(interactionId));
  const setTab = (next: DetailTab) =>
    void navigate({ to: '.', search: { ...search, tab: next === 'conversation' ? undefined : next }, replace: true });

  return (
    <CallDrawer
      label="Call"
      width="w-[min(50rem,100vw)]"
      id={interactionId}
      call={call}
      title={call.data?.model}
      titleClass="text-base"
      skeleton={['h-16', 'h-10', 'h-64']}
      onOpen={(id) =>
        void navigate({ to: '/logs/$interactionId', params: { interactionId: id }, search, replace: true })
      }
      onClose={() => void navigate({ to: '/logs', search: ({ tab: _tab, ...rest }) => rest })}
    >
      {(read) => <InteractionBody key={read.id} call={read} tab={search.tab ?? 'conversation'} onTab={setTab} />}
    </CallDrawer>
  );
}
