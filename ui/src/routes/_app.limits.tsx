import { createFileRoute } from '@tanstack/react-router';
import { LimitsPage } from '@/features/limits/page';
import { limitsSearch } from '@/features/limits/search';

export const Route = createFileRoute('/_app/limits')({ validateSearch: limitsSearch, component: LimitsPage });
