import type { Card, PanelState } from "../api/types";
import { Banner } from "../ui/Banner";
import { Icon } from "../ui/Icon";
import { useOwn } from "../ui/Spoken";
import { aroundWords } from "../words/around";
import { useSpeech } from "../words/speech";
import type { Away } from "./model";
import { faceOf, namesOf } from "./people";

/** About the issue of a list, a note in it, or an issue without a list. */
export type AroundProps =
  | { readonly state: PanelState; readonly card?: Card }
  | { readonly away: Away };

/** Where things are, and who lost sight of them. */
export function Around(props: AroundProps) {
  if ("away" in props) return <Elsewhere away={props.away} />;
  return props.card === undefined ? <Place state={props.state} /> : <Readers card={props.card} state={props.state} />;
}

/** Where the issue of this list is, and which other issues became part of it. */
function Place({ state }: { readonly state: PanelState }) {
  const words = useOwn(aroundWords);
  const place = state.issue.place ?? null;
  return (
    <>
      {place !== null && (
        <Banner tone="info" kind={place}>
          <span id="place">{place === "archived" ? words.archived : words.notInPortal}</span>
        </Banner>
      )}
      {(state.duplicates ?? []).map(({ issue, notes, url }) => (
        <Banner key={issue.id} tone="info" kind="duplicate">
          {words.duplicate(notes)}{" "}
          {url === null ? issue.key : <a href={url} target="_top" rel="noreferrer">{issue.key}</a>}
        </Banner>
      ))}
    </>
  );
}

/** The panel of an issue that is out of reach, though the host showed it. */
function Elsewhere({ away }: { readonly away: Away }) {
  const words = useOwn(aroundWords);
  const [title, text] = away === "locked" ? [words.lockedTitle, words.locked] : [words.leftTitle, words.left];
  return (
    <section class="empty" data-part={away}>
      <span class="empty-glyph"><Icon name="lock" /></span>
      <h1 class="empty-title">{title}</h1>
      <p class="empty-text">{text}</p>
    </section>
  );
}

/** What became of readers of a note, for its author. */
function Readers({ card, state }: { readonly card: Card; readonly state: PanelState }) {
  const words = useOwn(aroundWords);
  const speech = useSpeech();
  const gone = card.gone ?? [];
  const moved = card.moved ?? [];
  // Whoever has another account now is spoken of once.
  const out = gone.filter((account) => !moved.some((one) => one.from === account));
  return (
    <>
      {out.length > 0 && <p class="facts" data-part="gone"><span class="fact-dim">{words.gone(namesOf(out, state, speech, "nothing"), out.length)}</span></p>}
      {moved.map(({ from, to }) => <p key={from} class="facts" data-part="moved"><span class="fact-dim">{words.moved(faceOf(to, state, speech).name)}</span></p>)}
    </>
  );
}
