import { createFileRoute } from '@tanstack/react-router';
import { AddCluster } from '@/features/clusters/add-cluster';

export const Route = createFileRoute('/_app/runtimes/new')({ component: AddCluster });
