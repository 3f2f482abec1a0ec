import { createFileRoute } from '@tanstack/react-router';
import { HomePage } from '@/features/home/page';
import { homeSearch } from '@/features/home/search';

export const Route = createFileRoute('/_app/')({ validateSearch: homeSearch, component: HomePage });
