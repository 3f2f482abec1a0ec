import { useQuery } from '@tanstack/react-query';
import { Upload } from 'lucide-react';
import { type ChangeEvent, type FormEvent, useRef, useState } from 'react';
import type { Organization } from '@/api/types';
import { Button } from '@/components/ui/button';
import { Card, CardHeader } from '@/components/ui/card';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { SkeletonRows } from '@/components/ui/skeleton';
import { causeOf, ErrorState } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { organizationQuery, useUpdateAppearance, useUpdateOrganization } from '@/features/organization/queries';
import { Logo } from '@/shell/logo';
import { useCan } from '@/shell/permissions';

export function OrganizationPage() {
  const organization = useQuery(organizationQuery);
  const mayChange = useCan('organization', 'update');
  if (organization.isLoadingError || organization.isPending) {
    return (
      <Card>
        <title>Organization · Archestra</title>
        {organization.isPending ? (
          <SkeletonRows rows={4} />
        ) : (
          <ErrorState
            title="The organization could not be read"
            error={organization.error}
            onRetry={() => void organization.refetch()}
          />
        )}
      </Card>
    );
  }
  return (
    <>
      <title>Organization · Archestra</title>
      {mayChange ? null : <Notice tone="info">Only who may change the organization can change this.</Notice>}
      <NameCard organization={organization.data} mayChange={mayChange} />
      <BrandCard organization={organization.data} mayChange={mayChange} />
    </>
  );
}

type Props = { organization: Organization; mayChange: boolean };

function NameCard({ organization, mayChange }: Props) {
  const update = useUpdateOrganization();
  const [name, setName] = useState(organization.name);
  function submit(event: FormEvent) {
    event.preventDefault();
    update.mutate({ name: name.trim() }, { onSuccess: () => showToast({ tone: 'ok', title: 'Name saved' }) });
  }
  return (
    <Card>
      <CardHeader title="Organization" description="Who this server works for. Invitations say it." />
      <form onSubmit={submit} className="flex max-w-sm flex-col gap-4 px-4 pb-4">
        {update.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(update.error)}
          </Notice>
        ) : null}
        <Field label="Name">
          {(control) => (
            <Input
              {...control}
              required
              maxLength={200}
              disabled={!mayChange}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {mayChange ? (
          <Button
            type="submit"
            className="self-start"
            pending={update.isPending}
            disabled={name.trim() === '' || name.trim() === organization.name}
          >
            Save name
          </Button>
        ) : null}
      </form>
    </Card>
  );
}

function BrandCard({ organization, mayChange }: Props) {
  const update = useUpdateAppearance();
  const [appName, setAppName] = useState(organization.appName ?? '');
  function submit(event: FormEvent) {
    event.preventDefault();
    update.mutate(
      { appName: appName.trim() === '' ? null : appName.trim() },
      { onSuccess: () => showToast({ tone: 'ok', title: 'Saved for everybody' }) },
    );
  }
  return (
    <Card>
      <CardHeader title="Brand" description="What stands at the top of the sidebar, for everybody." />
      <div className="flex max-w-sm flex-col gap-5 px-4 pb-4">
        {update.isError ? (
          <Notice tone="error" role="alert">
            {causeOf(update.error)}
          </Notice>
        ) : null}
        <form onSubmit={submit} className="flex flex-col gap-4">
          <Field label="Name of the application" optional>
            {(control) => (
              <Input
                {...control}
                maxLength={60}
                disabled={!mayChange}
                placeholder="Archestra"
                value={appName}
                onChange={(event) => setAppName(event.target.value)}
              />
            )}
          </Field>
          {mayChange ? (
            <Button
              type="submit"
              className="self-start"
              pending={update.isPending}
              disabled={appName.trim() === (organization.appName ?? '')}
            >
              Save
            </Button>
          ) : null}
        </form>
        <LogoChoice
          label="Logo"
          shown={organization.logo}
          className="bg-white"
          mayChange={mayChange}
          onChange={(logo) => update.mutate({ logo })}
        />
        <LogoChoice
          label="Logo on dark"
          shown={organization.logoDark}
          className="bg-[#12171c]"
          mayChange={mayChange}
          onChange={(logoDark) => update.mutate({ logoDark })}
        />
      </div>
    </Card>
  );
}

const LARGEST = 200_000;

type LogoProps = {
  label: string;
  shown: string | null;
  className: string;
  mayChange: boolean;
  onChange: (logo: string | null) => void;
};

function LogoChoice({ label, shown, className, mayChange, onChange }: LogoProps) {
  const input = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState<string | null>(null);

  function choose({ target }: ChangeEvent<HTMLInputElement>) {
    const file = target.files?.[0];
    target.value = '';
    if (file === undefined) return;
    if (file.size > LARGEST) {
      setFault(`The picture has ${Math.round(file.size / 1000)} kB; at most ${LARGEST / 1000} kB fit.`);
      return;
    }
    setFault(null);
    const reader = new FileReader();
    reader.onload = () => {
      if (typeof reader.result === 'string') onChange(reader.result);
    };
    reader.onerror = () => setFault('The file could not be read.');
    reader.readAsDataURL(file);
  }

  return (
    <div className="flex flex-col gap-1.5">
      <span className="text-sm font-medium">
        {label} <span className="ml-1 font-normal text-text-3">optional</span>
      </span>
      <div className="flex items-center gap-3">
        <span className={`grid h-14 w-32 place-items-center rounded-md border border-line ${className}`}>
          {shown === null ? (
            <Logo className="size-8" />
          ) : (
            <img src={shown} alt={label} className="max-h-10 max-w-28 object-contain" />
          )}
        </span>
        {mayChange ? (
          <>
            <input
              ref={input}
              type="file"
              accept="image/png,image/jpeg,image/webp,image/gif"
              aria-label={`Picture for: ${label}`}
              className="hidden"
              onChange={choose}
            />
            <Button size="sm" onClick={() => input.current?.click()}>
              <Upload aria-hidden /> Choose<span className="sr-only"> {label}</span>
            </Button>
            {shown === null ? null : (
              <Button size="sm" variant="ghost" onClick={() => onChange(null)}>
                Remove<span className="sr-only"> {label}</span>
              </Button>
            )}
          </>
        ) : null}
      </div>
      {fault === null ? (
        <p className="text-xs text-text-3">PNG, JPEG, WebP or GIF, at most {LARGEST / 1000} kB.</p>
      ) : (
        <p role="alert" className="text-xs text-bad-text">
          {fault}
        </p>
      )}
    </div>
  );
}
