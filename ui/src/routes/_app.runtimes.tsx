import { createFileRoute } from '@tanstack/react-router';
import { RuntimesPage } from '@/features/clusters/page';

export const Route = createFileRoute('/_app/runtimes')({ component: RuntimesPage });
