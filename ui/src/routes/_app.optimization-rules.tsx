import { createFileRoute } from '@tanstack/react-router';
import { OptimizationRulesPage } from '@/features/optimization-rules/page';
import { rulesSearch } from '@/features/optimization-rules/search';

export const Route = createFileRoute('/_app/optimization-rules')({
  validateSearch: rulesSearch,
  component: OptimizationRulesPage,
});
