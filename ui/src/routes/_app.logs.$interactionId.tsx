import { createFileRoute } from '@tanstack/react-router';
import { InteractionDrawer } from '@/features/interactions/detail';
import { detailSearch } from '@/features/interactions/detail-search';

export const Route = createFileRoute('/_app/logs/$interactionId')({
  validateSearch: detailSearch,
  component: InteractionDrawer,
});
