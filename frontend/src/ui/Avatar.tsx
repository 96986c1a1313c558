import { useState } from "preact/hooks";
import { initialsOf, isPicture, shadeOf } from "./face";

interface AvatarProps {
  readonly account: string;
  readonly name: string;
  readonly picture: string | null;
}

/** Decoration: the name always stands beside it in words. */
export function Avatar({ account, name, picture }: AvatarProps) {
  const [broken, setBroken] = useState(false);
  return (
    <span class={`avatar shade-${String(shadeOf(account))}`} aria-hidden="true">
      {isPicture(picture) && !broken
        ? <img src={picture} alt="" width="24" height="24" referrerpolicy="no-referrer" onError={() => { setBroken(true); }} />
        : initialsOf(name)}
    </span>
  );
}

/** Up to four faces in a row, the rest as a number. */
export function Avatars({ people }: { readonly people: readonly AvatarProps[] }) {
  const shown = people.length > 4 ? people.slice(0, 3) : people;
  return (
    <span class="avatars" aria-hidden="true">
      {shown.map((person) => <Avatar key={person.account} {...person} />)}
      {people.length > shown.length && <span class="avatar avatar-more">{`+${String(people.length - shown.length)}`}</span>}
    </span>
  );
}
