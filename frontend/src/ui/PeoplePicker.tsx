import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Person } from "../api/types";
import { writingWords } from "../words/writing";
import { useOwn } from "./Spoken";
import { Avatar } from "./Avatar";
import { Chip } from "./Chip";
import { type ListState, matching, pressed } from "./listbox";

interface PickerProps {
  readonly label: string;
  readonly chosen: readonly Person[];
  readonly fault: string | null;
  /** Finds people for what was typed, those already chosen left out. */
  readonly find: (query: string) => Promise<readonly Person[]>;
  readonly add: (person: Person) => void;
  readonly remove: (person: Person) => void;
}

type Found = { readonly is: "idle" | "looking" | "failed" } | { readonly is: "found"; readonly people: readonly Person[] };

/** Waits this long after a key before asking. */
const SETTLE_MS = 120;

/** Several people by name: the ARIA combobox pattern, chips before the field. */
export function PeoplePicker(props: PickerProps) {
  const words = useOwn(writingWords);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [list, setList] = useState<ListState>({ open: false, active: -1 });
  const found = useFound(query, list.open, props);
  const choices = found.is === "found" ? matching(found.people, props.chosen, query) : [];

  const choose = (person: Person) => {
    props.add(person);
    setQuery("");
    setList({ open: false, active: -1 });
    field.current?.focus();
  };
  const drop = (person: Person) => {
    props.remove(person);
    field.current?.focus();
  };
  const onKey = (event: KeyboardEvent) => {
    const act = pressed(event.key, list, choices.length, query === "");
    const last = props.chosen[props.chosen.length - 1];
    const picked = act.does === "choose" ? choices[act.index] : undefined;
    if (act.does === "move") setList(act.to);
    else if (act.does === "remove-last" && last !== undefined) props.remove(last);
    else if (picked !== undefined) choose(picked);
    else return;
    event.preventDefault();
  };

  return (
    <div class="field">
      <label class="label" for={`${id}-input`}>{props.label}</label>
      <div class={props.fault === null ? "picker" : "picker picker-fault"} onClick={() => field.current?.focus()}>
        {props.chosen.map((person) => (
          <Chip key={person.account} remove={{ label: words.remove(person.name), press: () => { drop(person); } }}>
            <Avatar account={person.account} name={person.name} picture={person.avatar} />
            <span class="name" dir="auto">{person.name}</span>
            <Marks person={person} />
          </Chip>
        ))}
        <input
          ref={field} id={`${id}-input`} class="picker-input" type="text" role="combobox" autocomplete="off" spellcheck={false}
          placeholder={props.chosen.length === 0 ? words.whoHint : undefined}
          aria-expanded={list.open && choices.length > 0} aria-controls={`${id}-list`} aria-autocomplete="list" aria-required="true"
          aria-activedescendant={list.open && list.active >= 0 && list.active < choices.length ? `${id}-${String(list.active)}` : undefined}
          aria-invalid={props.fault === null ? undefined : "true"} aria-describedby={props.fault === null ? undefined : `${id}-fault`}
          value={query}
          onInput={(event) => { setQuery(event.currentTarget.value); setList({ open: true, active: 0 }); }}
          onFocus={() => { setList({ open: true, active: -1 }); }}
          onClick={() => { setList((now) => (now.open ? now : { open: true, active: -1 })); }}
          onBlur={() => { setList({ open: false, active: -1 }); }}
          onKeyDown={onKey}
        />
      </div>
      <Choices id={id} label={props.label} list={list} choices={choices} choose={choose} point={(active) => { setList({ open: true, active }); }} />
      <Note found={found} count={choices.length} open={list.open} query={query} />
      {props.fault !== null && <p class="fault" id={`${id}-fault`}>{props.fault}</p>}
    </div>
  );
}

interface ChoicesProps {
  readonly id: string;
  readonly label: string;
  readonly list: ListState;
  readonly choices: readonly Person[];
  readonly choose: (person: Person) => void;
  readonly point: (index: number) => void;
}

function Choices({ id, label, list, choices, choose, point }: ChoicesProps) {
  const words = useOwn(writingWords);
  return (
    <ul id={`${id}-list`} class="choices" role="listbox" aria-label={label} hidden={!list.open || choices.length === 0}>
      {choices.map((person, index) => (
        <li
          key={person.account} id={`${id}-${String(index)}`} role="option" aria-selected={index === list.active}
          class={index === list.active ? "choice choice-active" : "choice"}
          onMouseDown={(event) => { event.preventDefault(); choose(person); }}
          onMouseMove={() => { if (list.active !== index) point(index); }}
        >
          <Avatar account={person.account} name={person.name} picture={person.avatar} />
          <span class="name" dir="auto">{person.name}</span>
          <span class="choice-kind">{person.kind === "agent" ? words.agent : words.customer}</span>
          <Marks person={person} />
        </li>
      ))}
    </ul>
  );
}

function Marks({ person }: { readonly person: Person }) {
  const words = useOwn(writingWords);
  const mark = !person.onRequest ? words.notOnRequest : !person.hasKey ? words.neverHere : null;
  return mark === null ? null : <span class="mark">{mark}</span>;
}

/** What a screen reader hears about the choices, and what everybody sees when there are none. */
function Note({ found, count, open, query }: { readonly found: Found; readonly count: number; readonly open: boolean; readonly query: string }) {
  const words = useOwn(writingWords);
  if (!open) return <p class="unseen" role="status" />;
  if (count > 0) return <p class="unseen" role="status">{words.found(count)}</p>;
  const text = found.is === "failed" ? words.findFailed : found.is === "found" ? words.nobody : words.searching;
  return <p class={found.is === "idle" || (query === "" && found.is === "found") ? "unseen" : "hint"} role="status">{text}</p>;
}

/** The answer to the last thing typed; an answer that comes late is dropped. */
function useFound(query: string, open: boolean, props: PickerProps): Found {
  const [found, setFound] = useState<Found>({ is: "idle" });
  const chosen = props.chosen.map((person) => person.account).join(" ");
  useEffect(() => {
    if (!open) return undefined;
    let current = true;
    const timer = setTimeout(() => {
      setFound((now) => (now.is === "found" ? now : { is: "looking" }));
      props.find(query).then(
        (people) => { if (current) setFound({ is: "found", people }); },
        () => { if (current) setFound({ is: "failed" }); },
      );
    }, query === "" ? 0 : SETTLE_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query, open, chosen]);
  return found;
}
