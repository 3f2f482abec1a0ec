import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { MessageRow } from '@/features/chat/message';
import type { ThreadActions } from '@/features/chat/thread-actions';
import type { Thread, ThreadStore } from '@/features/chat/thread-store';

type Props = { store: ThreadStore; thread: Thread; actions: ThreadActions; showMessageId: string | undefined };

/** So near to the end one means the end, and goes along with what is written. */
const END_PX = 80;
const ALONE: readonly string[] = [];

/** Only what is in sight is drawn, so that a conversation may be of any length. */
export function Messages({ store, thread, actions, showMessageId }: Props) {
  const scroller = useRef<HTMLDivElement>(null);
  const { path } = thread;
  const [atEnd, setAtEnd] = useState(true);
  const virtual = useVirtualizer({
    count: path.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => path[index] ?? index,
    estimateSize: (index) => (store.message(path[index] ?? '')?.role === 'user' ? 110 : 260),
    overscan: 4,
    paddingEnd: 24,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    onChange: (instance) => setAtEnd(instance.isAtEnd(END_PX)),
  });

  const wanted = showMessageId === undefined ? -1 : path.indexOf(showMessageId);
  useEffect(() => {
    if (wanted >= 0) virtual.scrollToIndex(wanted, { align: 'start' });
    else virtual.scrollToEnd();
  }, [virtual, wanted]);

  // Whoever asks wants to see the answer, wherever they were reading.
  const runId = thread.conversation.run?.id;
  const shownRun = useRef(runId);
  useEffect(() => {
    if (shownRun.current === runId) return;
    shownRun.current = runId;
    virtual.scrollToEnd();
  }, [virtual, runId]);

  return (
    <div className="relative min-h-0 flex-1">
      <div
        ref={scroller}
        tabIndex={0}
        role="region"
        aria-label="Messages"
        className="h-full overflow-y-auto overscroll-contain [overflow-anchor:none] focus-visible:outline-offset-[-2px]"
      >
        <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const id = path[item.index];
            if (id === undefined) return null;
            return (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                className="absolute inset-x-0"
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <MessageRow
                  store={store}
                  id={id}
                  versions={thread.versions.get(id) ?? ALONE}
                  last={item.index === path.length - 1}
                  actions={actions}
                />
              </div>
            );
          })}
        </div>
      </div>
      {atEnd ? null : (
        <Button
          size="sm"
          className="absolute bottom-3 left-1/2 -translate-x-1/2 rounded-full shadow-pop"
          onClick={() => virtual.scrollToEnd()}
        >
          <ArrowDown aria-hidden /> To the end
        </Button>
      )}
    </div>
  );
}
