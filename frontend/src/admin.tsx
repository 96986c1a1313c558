import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Subscription } from "./admin/Subscription";
import { Client } from "./api/client";
import { Session } from "./api/session";
import { ownShelf } from "./custody/access";
import { connectHost } from "./host/connect";
import { Wordless } from "./panel/Wordless";
import { speak } from "./speak";
import { startOfPage } from "./start";
import { Icon } from "./ui/Icon";
import type { AdminWords } from "./words/admin/en";
import { adminWords } from "./words/admin";

/** What this page found out by itself; null while it looks. */
interface Findings {
  readonly reached: boolean;
  readonly kept: boolean;
}

function Line({ good, name, text }: { readonly good: boolean; readonly name: string; readonly text: string }) {
  return (
    <li class={good ? "overview-line" : "overview-line overview-warning"} data-good={good}>
      <span class="overview-icon"><Icon name={good ? "check" : "warning"} /></span>
      <div>
        <h2 class="overview-name">{name}</h2>
        <p class="overview-text">{text}</p>
      </div>
    </li>
  );
}

interface OverviewProps {
  readonly words: AdminWords;
  readonly site: string;
  readonly look: () => Promise<Findings>;
  readonly client: Client;
}

function Overview({ words, site, look, client }: OverviewProps) {
  const [found, setFound] = useState<Findings | null>(null);
  useEffect(() => {
    void look().then(setFound);
  }, []);
  return (
    <main class="overview" data-part={found === null ? "looking" : "found"}>
      <header>
        <h1 class="overview-title">{words.overview}</h1>
        <p class="overview-lead">{words.overviewLead}</p>
      </header>
      {found !== null && (
        <ul class="overview-lines">
          <Line
            good={found.reached} name={found.reached ? words.overviewReach : words.overviewUnreachable}
            text={found.reached ? words.overviewReachBody(site) : words.overviewUnreachableBody}
          />
          {found.reached && <Line good name={words.overviewWorks} text={words.overviewWorksBody} />}
          {found.reached && <Subscription words={words} client={client} />}
          <Line
            good={found.kept} name={found.kept ? words.overviewKey : words.overviewNoKey}
            text={found.kept ? words.overviewKeyBody : words.overviewNoKeyBody}
          />
        </ul>
      )}
      <section>
        <h2 class="overview-section">{words.overviewLimits}</h2>
        <p class="overview-text">{words.overviewCan}</p>
        <p class="overview-text">{words.overviewCannot}</p>
      </section>
    </main>
  );
}

function open(root: HTMLElement): void {
  const page = startOfPage();
  const host = connectHost();
  const session = new Session(page.session ?? "", host, fetch.bind(globalThis), () => Date.now() / 1000);
  const client = new Client(session, fetch.bind(globalThis), (ms) => new Promise((done) => setTimeout(done, ms)));
  const look = async (): Promise<Findings> => {
    const [reached, shelf] = await Promise.all([session.renew().then(() => true, () => false), ownShelf()]);
    return { reached, kept: shelf !== null };
  };
  const site = new URL(host?.origin() ?? location.origin).host;
  host?.followTheme();
  host?.fit(root);
  speak({
    bring: adminWords, given: page.locale, host,
    draw: (words) => { render(<Overview words={words} site={site} look={look} client={client} />, root); },
    wordless: () => { render(<Wordless reload={() => { if (host === null) location.reload(); else host.reload(); }} />, root); },
  });
}

const root = document.getElementById("panel");
if (root) open(root);
