import { Ellipsis, ListTree, Pencil, RotateCw, Star, StarOff, Trash2, Users } from 'lucide-react';
import type { ProviderKey } from '@/api/settings';
import { Button } from '@/components/ui/button';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu';
import { causeOf } from '@/components/ui/states';
import { showToast } from '@/components/ui/toast';
import { useSetDefault } from '@/features/provider-keys/queries';
import type { ProviderKeysSearch } from '@/features/provider-keys/search';
import { useCan } from '@/shell/permissions';

export type RowMenuProps = {
  apiKey: ProviderKey;
  onShow: (key: ProviderKey, show: ProviderKeysSearch['show']) => void;
  onDelete: (key: ProviderKey) => void;
};

export function RowMenu({ apiKey, onShow, onDelete }: RowMenuProps) {
  const setDefault = useSetDefault(apiKey.id);
  const mayUpdate = useCan('chatSettings', 'update');
  const mayDelete = useCan('chatSettings', 'delete');
  const isDefault = apiKey.isOrganizationDefault;
  return (
    <Menu
      className="w-60"
      trigger={
        <Button variant="ghost" size="iconSm" aria-label={`Actions for ${apiKey.name}`}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      <MenuItem disabled={!mayUpdate} onSelect={() => onShow(apiKey, 'profiles')}>
        <Users aria-hidden /> Manage Profiles
      </MenuItem>
      <MenuItem
        disabled={!mayUpdate || apiKey.scope !== 'org'}
        onSelect={() =>
          setDefault.mutate(!isDefault, {
            onSuccess: () =>
              showToast({
                tone: 'ok',
                title: isDefault ? `${apiKey.name} is no longer the default` : `${apiKey.name} is the default now`,
              }),
            onError: (error) =>
              showToast({ tone: 'bad', title: 'The default could not be changed', detail: causeOf(error) }),
          })
        }
      >
        {isDefault ? <StarOff aria-hidden /> : <Star aria-hidden />}
        {isDefault ? 'Unset as organization default' : 'Set as organization default'}
      </MenuItem>
      <MenuItem onSelect={() => onShow(apiKey, 'models')}>
        <ListTree aria-hidden /> See its models
      </MenuItem>
      <MenuSeparator />
      <MenuItem disabled={!mayUpdate} onSelect={() => onShow(apiKey, 'edit')}>
        <Pencil aria-hidden /> Edit
      </MenuItem>
      <MenuItem disabled={!mayUpdate || apiKey.secretStorageType === 'none'} onSelect={() => onShow(apiKey, 'rotate')}>
        <RotateCw aria-hidden /> Rotate
      </MenuItem>
      <MenuSeparator />
      <MenuItem danger disabled={!mayDelete} onSelect={() => onDelete(apiKey)}>
        <Trash2 aria-hidden /> Delete…
      </MenuItem>
    </Menu>
  );
}
