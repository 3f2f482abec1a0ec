/** A conversation is a tree of messages; what one reads is the way from its root to one leaf. Pure. */
import type { Message } from '@/api/chat';

export type Tree = ReadonlyMap<string, Message>;

/** The ids from the first message to this one. */
export function pathTo(tree: Tree, leafId: string | null): string[] {
  const path: string[] = [];
  let at = leafId === null ? undefined : tree.get(leafId);
  while (at !== undefined) {
    path.push(at.id);
    at = at.parentId === null ? undefined : tree.get(at.parentId);
  }
  return path.reverse();
}

/** The versions of each message that has more than one, oldest first. */
export function versions(tree: Tree): Map<string, string[]> {
  const byParent = new Map<string, string[]>();
  for (const { id, parentId, role } of tree.values()) {
    const key = `${role} ${parentId ?? ''}`;
    const family = byParent.get(key);
    if (family === undefined) byParent.set(key, [id]);
    else family.push(id);
  }
  const result = new Map<string, string[]>();
  for (const family of byParent.values()) if (family.length > 1) for (const id of family) result.set(id, family);
  return result;
}
