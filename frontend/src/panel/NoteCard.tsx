import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Card, PanelState } from "../api/types";
import { parts } from "../parts";
import { Avatars } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Chip } from "../ui/Chip";
import { Icon } from "../ui/Icon";
import { Later } from "../ui/Later";
import { Moment } from "../ui/Moment";
import { Spoken } from "../ui/Spoken";
import { useNow } from "../ui/clock";
import type { Words } from "../words/en";
import type { Speech } from "../words/notes";
import { useSpeech } from "../words/speech";
import type { Actions } from "./actions";
import { Beside } from "./Beside";
import { isNew, neverHere, readingOf, type Shape, shapeOf, unreadBy, waitingFor } from "./card";
import { CardMenu } from "./CardMenu";
import { type Model, serverTime } from "./model";
import { faceOf, kindOf, nameFirst, namesOf } from "./people";
import { ViewPlace } from "./ViewPlace";

interface CardProps {
  readonly card: Card;
  readonly state: PanelState;
  readonly model: Model;
  readonly actions: Actions;
}

export function NoteCard(props: CardProps) {
  const { card, state, model, actions } = props;
  const [once, ask] = useState(false);
  const now = serverTime(model, useNow(15_000));
  const here = { custody: model.custody, opening: model.openings[card.id], own: model.own[card.id] ?? null };
  const shape = shapeOf(card, state.me, here, now);
  if (shape.is === "tombstone") return <Tombstone {...props} shape={shape} now={now} />;
  return (
    <>
      <article class="card" data-note={card.id} data-shape={shape.is} aria-labelledby={`title-${card.id}`} ref={useSeen(card.id, actions)}>
        <span class="card-glyph"><Icon name={shape.is === "open" ? "open" : "lock"} /></span>
        <div class="card-body">
          <Title card={card} state={state} now={now} />
          <Facts card={card} state={state} now={now} />
          <Inside {...props} shape={shape} />
        </div>
        {shape.is === "locked" && <Lock {...props} shape={shape} now={now} askOnce={() => { ask(true); }} />}
      </article>
      <Asking {...props} />
      {model.view?.note === card.id && <ViewPlace key={model.view.name} view={model.view} state={state} model={model} actions={actions} />}
      {once && shape.is === "locked" && shape.button === "unlock" && <Once {...props} done={() => { ask(false); }} />}
    </>
  );
}

/** The question whether to delete it. It outlives the text below, which may be hidden meanwhile. */
function Asking({ card, state, model, actions }: CardProps) {
  const { deleting } = model;
  if (deleting?.note !== card.id || deleting.step === "done") return null;
  return (
    <Spoken part={parts.asking} waiting={null} reload={actions.reload}>
      {({ DeleteNote }) => <DeleteNote card={card} known={state} deleting={deleting} actions={actions} />}
    </Spoken>
  );
}

/** A note that can be opened once is not spent by a click too many. */
function Once({ card, actions, done }: CardProps & { readonly done: () => void }) {
  return (
    <Spoken part={parts.asking} waiting={null} reload={actions.reload}>
      {({ AskOnce }) => <AskOnce read={() => { done(); actions.unlock(card.id); }} wait={done} />}
    </Spoken>
  );
}

/** What comes with the part that reads: by the time there is something to show, it is there. */
function Inside({ card, state, model, actions, shape }: CardProps & { readonly shape: Shape }) {
  const waiting = waitingFor(card, state.waiting, model.letIns);
  return (
    <>
      {shape.is === "open" && (
        <Later part={parts.reading} waiting={null} reload={actions.reload}>
          {({ OpenNote }) => <OpenNote note={card.id} mine={card.mine} opening={shape.opening} model={model} actions={actions} />}
        </Later>
      )}
      {(card.gone?.[0] ?? card.moved?.[0]) && <Beside state={state} card={card} reload={actions.reload} />}
      {waiting.length > 0 && (
        <Spoken part={parts.letting} waiting={null} reload={actions.reload}>
          {({ LetInList }) => <LetInList waiting={waiting} model={model} actions={actions} />}
        </Spoken>
      )}
    </>
  );
}

function Title({ card, state, now }: { readonly card: Card; readonly state: PanelState; readonly now: number }) {
  const speech = useSpeech();
  const faces = [card.author, ...card.readers].map((account) => faceOf(account, state, speech));
  const author = nameFirst(card.author, state, speech);
  const own = card.author === state.me.account;
  const said = namesOf(card.readers, state, speech);
  return (
    <h2 class="card-title" id={`title-${card.id}`}>
      <Avatars people={faces} />
      <span class="unseen">{own ? speech.words.sharedByYou(said) : speech.words.shared(author, said)}</span>
      <span class="names" aria-hidden="true">
        <span dir="auto">{author}</span><span class="arrow">→</span><span dir="auto">{namesOf(card.readers, state, speech, "nothing")}</span>
      </span>
      <When then={card.createdAt} now={now} />
    </h2>
  );
}

function When({ then, now }: { readonly then: number; readonly now: number }) {
  const { formats } = useSpeech();
  return <time class="when" dateTime={new Date(then * 1000).toISOString()} title={formats.exact(then)}>{formats.ago(then, now)}</time>;
}

function Facts({ card, state, now }: { readonly card: Card; readonly state: PanelState; readonly now: number }) {
  const speech = useSpeech();
  const { words, formats } = speech;
  return (
    <p class="facts">
      <Chip><Icon name="clock" /><Moment exact={formats.exact(card.expiresAt)}>{words.expires(formats.day(card.expiresAt, now))}</Moment></Chip>
      {card.opens !== null && <Chip>{words.timesOnly(card.opens)}</Chip>}
      <span data-part="reading">{readingText(card, state, speech, now)}</span>
      {(card.mine || card.reader) && neverHere(card, state, state.waiting).map((account) => (
        <span key={account} class="fact-dim">{words.notHere(faceOf(account, state, speech).name, kindOf(account, state))}</span>
      ))}
    </p>
  );
}

function readingText(card: Card, state: PanelState, speech: Speech, now: number): string {
  const reading = readingOf(card);
  if (reading.is === "none") return speech.words.notRead;
  return speech.words.readBy(namesOf(reading.who, state, speech), speech.formats.ago(reading.last, now));
}

interface LockProps extends CardProps {
  readonly shape: Extract<Shape, { is: "locked" }>;
  readonly now: number;
  readonly askOnce: () => void;
}

function Lock(props: LockProps) {
  const { card, state, model, actions, shape, now, askOnce } = props;
  const speech = useSpeech();
  const { words, formats } = speech;
  const id = useId();
  const author = faceOf(card.author, state, speech).name;
  const lines = lineText(shape.line, author, namesOf(card.readers, state, speech, "nothing"), words);
  if (model.doubts[card.id] === true && !card.mine) lines.push(words.doubt(author));
  const gray = shape.button === "gray";
  const live = shape.line.startsWith("getting");
  return (
    <div class="card-side">
      <div class="card-acts">
        <Button
          look={!gray && isNew(card, state.me.account) ? "primary" : "plain"} onPress={card.reader && card.opens === 1 ? askOnce : () => { actions.unlock(card.id); }} busy={shape.button === "unlocking"}
          label={card.mine ? words.unlockYours(formats.ago(card.createdAt, now)) : words.unlockOf(author, formats.ago(card.createdAt, now))}
          describedBy={`${id}-line`} {...(gray ? { blockedBy: `${id}-line` } : {})} focus={useFocusAfterHide(model, card.id)}
        >
          {shape.button === "unlocking" ? words.unlocking : words.unlock}
        </Button>
        {card.mine && <CardMenu card={card} now={now} actions={actions} />}
      </div>
      <p class={live ? "line line-live" : "line"} id={`${id}-line`} role={live ? "status" : undefined}>
        {lines.map((line, index) => <span key={line} class={index === 0 && live ? "line-strong" : ""}>{line}</span>)}
      </p>
      {shape.failure !== null && (
        <Spoken part={parts.asking} waiting={null} reload={actions.reload}>{({ UnlockFault }) => <UnlockFault why={shape.failure ?? "broken"} />}</Spoken>
      )}
      {shape.line === "getting" && (
        <Button look="subtle" onPress={() => { actions.show({ name: "useWords", note: card.id }); }}>{words.haveWords(author)}</Button>
      )}
    </div>
  );
}

function lineText(line: Extract<Shape, { is: "locked" }>["line"], author: string, readers: string, words: Words): string[] {
  switch (line) {
    case "will-see": return [words.willSee(author)];
    case "yours": return [words.yours];
    case "only-agents": return [words.onlyAgents(readers)];
    case "only-customers": return [words.onlyCustomers];
    case "used": return [words.used(author)];
    case "getting": return [words.getting, words.gettingWhy(author)];
    case "getting-mine": return [words.getting, words.gettingMine];
  }
}

function Tombstone({ card, state, model, shape, now }: CardProps & { readonly shape: Extract<Shape, { is: "tombstone" }>; readonly now: number }) {
  const speech = useSpeech();
  const { words, formats } = speech;
  const ago = formats.ago(shape.at, now);
  const author = faceOf(card.author, state, speech).name;
  const unread = card.mine ? unreadBy(card) : [];
  const text = {
    "taken-back": card.mine ? words.takenBackByYou(ago) : words.takenBack(author, ago),
    "deleted": card.mine ? words.deletedByYou(ago) : words.deleted(author, ago),
    "expired": unread.length > 0 ? words.expiredUnread(namesOf(unread, state, speech, "nothing"), ago) : card.mine ? words.expiredYours(ago) : words.expired(author, ago),
    "used": card.mine ? words.usedUpYours(ago) : words.usedUp(author, ago),
    "shredded": card.mine ? words.shreddedYours(ago) : words.shredded(author, ago),
  }[shape.how];
  const when = formats.exact(shape.at);
  const title = card.shreddedAt === null ? when : `${when}. ${words.keysGone(formats.exact(card.shreddedAt))}`;
  const place = useFocusAfterDelete(model, card.id);
  return <p class="tombstone" data-note={card.id} data-shape="tombstone" title={title} tabIndex={-1} ref={place}>{text}</p>;
}

/** The button that was pressed is gone; what is left of the note takes the focus, and is read out. */
function useFocusAfterDelete({ deleting }: Model, note: string) {
  const place = useRef<HTMLParagraphElement>(null);
  const here = deleting?.step === "done" && deleting.note === note;
  useEffect(() => {
    if (here && document.activeElement === document.body) place.current?.focus();
  }, [here]);
  return place;
}

/** Tells once that the card is on the screen. */
function useSeen(note: string, actions: Actions) {
  const place = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const watch = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) actions.seen(note);
    });
    watch.observe(element);
    return () => {
      watch.disconnect();
    };
  }, [note]);
  return place;
}

/** After hiding, the focus is back where unlocking began. */
function useFocusAfterHide(model: Model, note: string) {
  const button = useRef<HTMLButtonElement>(null);
  const hidden = model.hidden === note;
  useEffect(() => {
    if (hidden && document.activeElement === document.body) button.current?.focus();
  }, [hidden]);
  return button;
}
