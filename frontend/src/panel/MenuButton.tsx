import { useCallback, useRef, useState } from "preact/hooks";
import { parts } from "../parts";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import type { Entry } from "../ui/MenuList";
import { Spoken } from "../ui/Spoken";
import type { MenuWords } from "../words/menus/en";

type Menus = NonNullable<typeof parts.menus.here>;

interface MenuButtonProps {
  readonly label: string;
  readonly reload: () => void;
  readonly entries: (menus: Menus, words: MenuWords) => readonly Entry[];
}

/** Three dots that open a menu; what is in it comes with a part of its own. */
export function MenuButton({ label, reload, entries }: MenuButtonProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = useCallback((back: boolean) => {
    setOpen(false);
    if (back) button.current?.focus();
  }, []);
  return (
    <div class="menu-place">
      <Button look="subtle" label={label} menu={open} onPress={() => { setOpen(!open); }} onNear={parts.menus.warm} focus={button}>
        <Icon name="more" />
      </Button>
      {open && (
        <Spoken part={parts.menus} waiting={null} reload={reload}>
          {(menus, words: MenuWords) => <menus.MenuList label={label} entries={entries(menus, words)} close={close} />}
        </Spoken>
      )}
    </div>
  );
}
