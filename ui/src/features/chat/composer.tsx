import { ArrowUp, Paperclip, Square } from 'lucide-react';
import { type ClipboardEvent, type KeyboardEvent, type ReactNode, type Ref, useId, useRef, useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/lib/class-names';
import { ACCEPTED, type Attached } from '@/features/chat/attachments';
import { AttachmentChips } from '@/features/chat/attachment-chips';
import { type Command, fitting, typedCommand } from '@/features/chat/commands';
import { draftOf, keepDraft } from '@/features/chat/draft';

/** After it the box is empty, or holds the command's text. */
export type Runnable = Command & { run: (argument: string) => void; text?: string };

type Props = {
  /** Whose text this is: the conversation, or the new one. */
  draftKey: string;
  startText?: string;
  running: boolean;
  sending: boolean;
  attached: readonly Attached[];
  commands: readonly Runnable[];
  onAttach: (files: File[]) => void;
  onDetach: (key: string) => void;
  /** Resolves to whether it was taken; what was not taken stays in the box. */
  onSend: (text: string) => Promise<boolean>;
  onStop: () => void;
  children: ReactNode;
  inputRef?: Ref<HTMLTextAreaElement>;
};

export function Composer(props: Props) {
  const {
    inputRef,
    draftKey,
    startText = '',
    running,
    sending,
    attached,
    commands,
    onAttach,
    onDetach,
    onSend,
    onStop,
    children,
  } = props;
  const [text, setText] = useState(() => draftOf(draftKey) || startText);
  const [at, setAt] = useState(0);
  const [dismissed, setDismissed] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const listId = useId();
  const typed = typedCommand(text);
  const offered = typed === null || dismissed ? [] : fitting(commands, typed);
  const chosen = offered[Math.min(at, offered.length - 1)];
  const pending = attached.some((each) => each.state === 'uploading');
  const empty = text.trim() === '' && attached.length === 0;
  const ready = !empty && !pending && !sending;

  function change(next: string) {
    setText(next);
    setAt(0);
    setDismissed(false);
    keepDraft(draftKey, next);
  }

  async function send() {
    if (!ready) return;
    const sent = text;
    change('');
    // A refusal gives the words back, unless new ones stand there by now.
    if (!(await onSend(sent.trim()))) {
      setText((now) => {
        if (now !== '') return now;
        keepDraft(draftKey, sent);
        return sent;
      });
    }
  }

  function run(command: Runnable) {
    const argument = typed?.argument ?? '';
    if (command.argument !== undefined && argument === '' && text !== `/${command.name} `)
      return change(`/${command.name} `);
    change(command.text ?? '');
    command.run(argument);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    // Enter that ends the composing of a character is not a message.
    if (event.nativeEvent.isComposing) return;
    if (chosen !== undefined) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step !== undefined) {
        event.preventDefault();
        setAt((Math.min(at, offered.length - 1) + step + offered.length) % offered.length);
        return;
      }
      if (event.key === 'Tab' || (event.key === 'Enter' && !event.shiftKey)) {
        event.preventDefault();
        run(chosen);
        return;
      }
    }
    if (event.key === 'Escape' && chosen !== undefined) {
      event.preventDefault();
      setDismissed(true);
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void send();
    }
  }

  function onPaste(event: ClipboardEvent) {
    // A word processor puts a picture of the text beside the text; the text is what was meant.
    if (event.clipboardData.types.includes('text/plain')) return;
    const pasted = [...event.clipboardData.files];
    if (pasted.length === 0) return;
    event.preventDefault();
    onAttach(pasted);
  }

  return (
    <div className="relative rounded-xl border border-line-strong bg-surface shadow-xs focus-within:border-accent">
      {chosen === undefined ? null : <CommandList id={listId} commands={offered} chosen={chosen} onRun={run} />}
      <AttachmentChips attached={attached} onDetach={onDetach} />
      <textarea
        ref={inputRef}
        aria-label="Message"
        placeholder={running ? 'Write the next message meanwhile' : 'Ask something, or type / for commands'}
        aria-controls={chosen === undefined ? undefined : listId}
        aria-activedescendant={chosen === undefined ? undefined : `${listId}-${chosen.name}`}
        aria-autocomplete="list"
        rows={1}
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
        className="field-sizing-content block max-h-[40dvh] min-h-11 w-full resize-none bg-transparent px-3.5 pt-3 pb-1 text-base outline-none"
      />
      <div className="flex items-center justify-between gap-1 px-2 pb-2 max-sm:flex-wrap">
        <input
          ref={files}
          type="file"
          multiple
          accept={ACCEPTED}
          className="hidden"
          tabIndex={-1}
          aria-label="Files to attach"
          onChange={(event) => {
            onAttach([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
        <Button
          variant="ghost"
          size="icon"
          aria-label="Attach files"
          title="Attach images, PDFs or text"
          onClick={() => files.current?.click()}
        >
          <Paperclip aria-hidden />
        </Button>
        <div className="flex min-w-0 flex-1 items-center gap-1 max-sm:order-first max-sm:basis-full">{children}</div>
        {running ? (
          <Button variant="secondary" size="icon" aria-label="Stop" title="Stop" onClick={onStop}>
            <Square className="fill-current" aria-hidden />
          </Button>
        ) : (
          <Button
            variant="primary"
            size="icon"
            aria-label="Send"
            title="Send (Enter)"
            pending={sending}
            disabled={!ready}
            onClick={() => void send()}
          >
            {sending ? null : <ArrowUp aria-hidden />}
          </Button>
        )}
      </div>
    </div>
  );
}

type ListProps = { id: string; commands: Runnable[]; chosen: Runnable; onRun: (command: Runnable) => void };

function CommandList({ id, commands, chosen, onRun }: ListProps) {
  return (
    <ul
      id={id}
      role="listbox"
      aria-label="Commands"
      className="absolute inset-x-0 bottom-full z-10 mb-2 max-h-64 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-pop"
    >
      {commands.map((command) => (
        <li
          key={command.name}
          id={`${id}-${command.name}`}
          role="option"
          aria-selected={command === chosen}
          ref={command === chosen ? (item) => item?.scrollIntoView({ block: 'nearest' }) : undefined}
          // The box keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onRun(command)}
          className={cn(
            'flex cursor-pointer items-baseline gap-3 rounded-md px-2.5 py-1.5 text-sm',
            command === chosen && 'bg-surface-3',
          )}
        >
          <span className="shrink-0 font-mono text-xs font-medium">
            /{command.name}
            {command.argument === undefined ? null : (
              <span className="font-normal text-text-3"> {command.argument}</span>
            )}
          </span>
          <span className="truncate text-xs text-text-2">{command.description}</span>
        </li>
      ))}
    </ul>
  );
}
