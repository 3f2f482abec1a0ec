import { createFileRoute } from '@tanstack/react-router';
import { PeoplePage } from '@/features/people/page';
import { peopleSearch } from '@/features/people/search';

export const Route = createFileRoute('/_app/settings/people')({ validateSearch: peopleSearch, component: PeoplePage });
