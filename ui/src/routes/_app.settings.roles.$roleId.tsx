import { createFileRoute } from '@tanstack/react-router';
import { RolePage } from '@/features/roles/editor';

export const Route = createFileRoute('/_app/settings/roles/$roleId')({ component: RolePage });
