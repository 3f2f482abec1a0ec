import { conversationUrl } from '@/features/chat/queries';

export function exportUrl(id: string, format: 'markdown' | 'json'): string {
  return conversationUrl(id, `/export?format=${format}`);
}
