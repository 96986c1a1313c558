import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { PanelState } from "../api/types";
import { parts } from "../parts";
import { Banner } from "../ui/Banner";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import { Missing } from "../ui/Missing";
import { Skeleton } from "../ui/Skeleton";
import { Spoken } from "../ui/Spoken";
import { useSpeech } from "../words/speech";
import type { Actions } from "./actions";
import { Beside } from "./Beside";
import { Closed } from "./Closed";
import { MenuButton } from "./MenuButton";
import type { Model } from "./model";
import { NoteCard } from "./NoteCard";
import { ViewPlace } from "./ViewPlace";

interface PanelProps {
  readonly model: Model;
  readonly actions: Actions;
}

/** The whole notes panel. */
export function Panel({ model, actions }: PanelProps) {
  const { words } = useSpeech();
  return (
    <main class="panel" aria-label={words.title}>
      <p class="unseen" role="status" data-part="said">{model.said}</p>
      <Inside model={model} actions={actions} />
    </main>
  );
}

function Inside({ model, actions }: PanelProps) {
  const { words } = useSpeech();
  switch (model.phase.is) {
    case "loading": return <><h1 class="unseen">{words.title}</h1><Skeleton label={words.loading} /></>;
    case "ready": return <Ready model={model} actions={actions} state={model.phase.state} />;
    case "away": return <Beside away={model.phase.why} reload={actions.reload} />;
    default: return <Closed phase={model.phase} retry={actions.retry} />;
  }
}

function Ready({ model, actions, state }: PanelProps & { readonly state: PanelState }) {
  // What is archived takes no first note either.
  const empty = state.notes.length === 0 && state.issue.place !== "archived";
  const aside = model.view !== null && model.view.note === undefined ? model.view : null;
  const focusAdd = useFocusOnReturn(model.draft !== null || model.bar !== null);
  return (
    <>
      <Banners model={model} actions={actions} />
      {(state.issue.place ?? state.duplicates?.[0]) && <Beside state={state} reload={actions.reload} />}
      <Writing model={model} actions={actions} state={state} head={<Header actions={actions} state={state} focusAdd={focusAdd} bare={false} />} />
      {model.draft === null && <Header actions={actions} state={state} focusAdd={focusAdd} bare={empty && aside === null} />}
      {aside !== null && <ViewPlace key={aside.name} view={aside} state={state} model={model} actions={actions} />}
      {empty && aside === null && model.draft === null && <Empty actions={actions} focusAdd={focusAdd} />}
      {!empty && aside === null && (
        <ol class="cards" data-part="cards">
          {state.notes.map((card) => (
            <li key={card.id}><NoteCard card={card} state={state} model={model} actions={actions} /></li>
          ))}
        </ol>
      )}
    </>
  );
}

interface WritingProps extends PanelProps {
  readonly state: PanelState;
  /** What stands above the list while there is no form. */
  readonly head: ComponentChildren;
}

function Writing({ model, actions, state, head }: WritingProps) {
  const { words } = useSpeech();
  const { bar, draft } = model;
  if (bar === null && draft === null) return null;
  return (
    <Spoken part={parts.writing} before={draft === null ? null : head} waiting={<Skeleton label={words.loading} cards={1} />} reload={actions.reload}>
      {({ AddedBar, AddNote }) => (
        <>
          {bar !== null && <AddedBar bar={bar} known={state} model={model} actions={actions} />}
          {draft !== null && <AddNote draft={draft} state={state} model={model} actions={actions} />}
        </>
      )}
    </Spoken>
  );
}

interface FocusRef {
  current: HTMLButtonElement | null;
}

interface HeaderProps {
  readonly actions: Actions;
  readonly state: PanelState;
  readonly focusAdd: FocusRef;
  /** The empty panel says what it is, and has the button, in its middle. */
  readonly bare: boolean;
}

function Header({ actions, state, focusAdd, bare }: HeaderProps) {
  const { words } = useSpeech();
  // It takes no notes; the banner above says so.
  const archived = state.issue.place === "archived";
  return (
    <header class={bare ? "head head-bare" : "head"}>
      {!bare && <h1 class="head-title">{words.title}</h1>}
      {!bare && <Button look="plain" onPress={actions.compose} onNear={parts.writing.warm} focus={focusAdd} {...(archived ? { blockedBy: "place" } : {})}><Icon name="plus" />{words.add}</Button>}
      <MenuButton label={words.more} reload={actions.reload} entries={(menus, own) => menus.panelEntries(state, actions, own)} />
    </header>
  );
}

function Empty({ actions, focusAdd }: { readonly actions: Actions; readonly focusAdd: FocusRef }) {
  const { words } = useSpeech();
  return (
    <section class="empty" data-part="empty">
      <span class="empty-glyph"><Icon name="lock" /></span>
      <h1 class="empty-title">{words.emptyTitle}</h1>
      <p class="empty-text">{words.empty}</p>
      <Button look="primary" onPress={actions.compose} onNear={parts.writing.warm} focus={focusAdd}>{words.add}</Button>
    </section>
  );
}

function Banners({ model, actions }: PanelProps) {
  const { words } = useSpeech();
  return (
    <>
      {!model.online && <Banner tone="warning" kind="offline" title={words.offlineTitle} actions={<Button onPress={actions.retry}>{words.retry}</Button>}>{words.offline}</Banner>}
      {model.missing > 0 && <Missing failures={model.missing} busy={false} retry={actions.retry} reload={actions.reload} />}
      <Warned model={model} actions={actions} />
    </>
  );
}

/** What is said of this browser's key and site; fetched when there is something to say. */
function Warned({ model, actions }: PanelProps) {
  if (model.alarm === null && !model.otherSite && model.allow !== "granted" && model.custody !== "page") return null;
  return (
    <Spoken part={parts.warnings} waiting={null} reload={actions.reload}>
      {({ Warnings }) => <Warnings model={model} actions={actions} />}
    </Spoken>
  );
}

/** Puts the focus back on the button that opened a part, once that part has closed. */
function useFocusOnReturn(away: boolean): FocusRef {
  const button = useRef<HTMLButtonElement>(null);
  const was = useRef(away);
  useEffect(() => {
    const lost = document.activeElement === null || document.activeElement === document.body;
    if (was.current && !away && lost) button.current?.focus();
    was.current = away;
  }, [away]);
  return button;
}
