import { Check, Copy } from 'lucide-react';
import { type ComponentProps, type ReactNode, useState } from 'react';
import { Button } from '@/components/ui/button';
import { showToast } from '@/components/ui/toast';
import { copyText } from '@/lib/clipboard';

type Props = Omit<ComponentProps<typeof Button>, 'onClick'> & { text: string; label: string; children?: ReactNode };

/** With children a button with words, without them an icon. */
export function CopyButton({ text, label, children, ...rest }: Props) {
  const [copied, setCopied] = useState(false);
  async function copy() {
    if (await copyText(text)) {
      setCopied(true);
      setTimeout(() => setCopied(false), 1600);
    } else {
      showToast({
        tone: 'bad',
        title: 'Copying was refused by the browser',
        detail: 'Select the text and copy it by hand.',
      });
    }
  }
  return (
    <Button
      variant="ghost"
      size={children ? 'sm' : 'iconSm'}
      aria-label={copied ? 'Copied' : label}
      title={label}
      {...rest}
      onClick={(event) => {
        event.stopPropagation();
        void copy();
      }}
    >
      {copied ? <Check className="text-ok-text" aria-hidden /> : <Copy aria-hidden />}
      {children}
    </Button>
  );
}
