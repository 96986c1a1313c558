import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Authorised, Keys, PanelState, Person as Shown } from "../../src/api/types";
import { Demo, type Issue } from "./demo";
import { Hostile, invent, reheaded, withHistory } from "./hostile";
import { until } from "./look_out";
import { type Panel, Person } from "./person";

const SECRET = "vpn.acme.example / correct-horse-battery-staple";

/** What the server has released of a note once, to be played back. */
interface Body {
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
}

describe("a server under somebody else's control", () => {
  let demo: Demo;
  let niro: Person;
  let jonathan: Person;
  let between: Hostile;
  let tenant: string;
  const ids = new Map<string, string>();
  const id = (who: string): string => ids.get(who) ?? assert.fail(`${who} is nobody`);

  before(async () => {
    demo = await Demo.start();
    [niro, jonathan] = await Promise.all([Person.arrive(demo, "niro"), Person.arrive(demo, "jonathan")]);
    const first = await demo.request("First visit");
    await (await jonathan.visit(first, "portal")).part("empty").waitFor();
    between = await Hostile.between(niro.page, demo);
    between.twist("GET /people", (answer: { people: Shown[] }) => {
      for (const person of answer.people) ids.set(person.name.split(" ")[0]?.toLowerCase() ?? "", person.account);
      return answer;
    });
    between.twist("GET /state", (state: PanelState) => { ({ tenant } = state); ids.set("niro", state.me.account); return state; });
    const panel = await niro.visit(first, "agent");
    // Niro meets Jonathan's key.
    await panel.share(SECRET, "jonathan");
    await panel.add.click();
    for (const name of ["nero", "ana"]) {
      await panel.who.fill(name);
      await panel.frame.getByRole("option", { name: new RegExp(name, "i") }).waitFor();
    }
  });

  after(async () => {
    await demo.stop();
  });

  /** Niro's form on an issue of its own, over an honest server so far. */
  async function writing(summary: string): Promise<Panel> {
    between.honest();
    return niro.visit(await demo.request(summary), "agent");
  }

  async function share(panel: Panel, name: string): Promise<readonly string[]> {
    between.posted.length = 0;
    await panel.share(SECRET, name);
    return between.sealedFor();
  }

  describe("that meddles with keys", () => {
    it("which swaps the key of somebody met before has nothing sealed for it", async () => {
      const panel = await writing("A key is swapped");
      const { entry, key } = await invent(tenant, id("jonathan"), []);
      between.twist("GET /keys", (keys: Keys) => withHistory(keys, id("jonathan"), [entry]));
      const sealed = await share(panel, "jonathan");
      assert.equal(sealed.length, 1);
      assert.ok(!sealed.includes(key.kid));
    });

    it("which invents another key beside a known one has nothing sealed for it", async () => {
      const panel = await writing("A key is invented");
      const invented: string[] = [];
      between.twist("GET /keys", async (keys: Keys) => {
        const real = keys.histories[id("jonathan")] ?? [];
        const { entry, key } = await invent(tenant, id("jonathan"), real);
        invented.push(key.kid);
        return withHistory(keys, id("jonathan"), [...real, entry]);
      });
      const sealed = await share(panel, "jonathan");
      assert.equal(sealed.length, 2, "for Jonathan's own key and Niro's");
      assert.equal(invented.length > 0 && sealed.some((kid) => invented.includes(kid)), false);
    });

    it("which serves an old history, with a key that has ended since, has nothing sealed for it", async () => {
      const panel = await writing("An old history");
      const one = await invent(tenant, id("nero"), []);
      const two = await invent(tenant, id("nero"), [one.entry], one.key);
      let told: unknown[] = [one.entry, two.entry];
      between.twist("GET /keys", (keys: Keys) => withHistory(keys, id("nero"), told));
      // The bridge never heard of these keys: this server keeps the note itself.
      between.twist("POST /notes", () => ({}));
      // A text of its own each time: what was sealed once is sent again as it is.
      const add = async (text: string): Promise<readonly string[]> => {
        between.posted.length = 0;
        await panel.write(text, "nero");
        await panel.frame.locator("form [role=alert]").waitFor();
        return between.sealedFor();
      };
      assert.deepEqual((await add(`${SECRET} one`)).filter((kid) => [one.key.kid, two.key.kid].includes(kid)).length, 2, "at first sight both are taken");
      await panel.frame.getByRole("button", { name: "Cancel" }).click();
      told = [one.entry];
      assert.deepEqual((await add(`${SECRET} two`)).filter((kid) => [one.key.kid, two.key.kid].includes(kid)), [], "cut off, it is known no more");
    });

    it("which adds a key to one's own account raises the alarm in one's own browser", async () => {
      const issue = await demo.request("An invented browser");
      const spy = await Hostile.between(jonathan.page, demo);
      spy.twist("GET /keys", async (keys: Keys) => {
        const real = keys.histories[id("jonathan")] ?? [];
        return withHistory(keys, id("jonathan"), [...real, (await invent(tenant, id("jonathan"), real)).entry]);
      });
      await (await jonathan.visit(issue, "portal")).banner("alarm").waitFor();
      await spy.close();
    });

    it("which shows one person under the name of another is contradicted by the host, and nothing is sealed", async () => {
      const panel = await writing("Names are swapped");
      between.twist("GET /people", ({ people }: { people: Shown[] }) =>
        ({ people: people.map((one) => (one.account === id("jonathan") ? { ...one, account: id("ana") } : one)) }));
      await panel.write(SECRET, "jonathan");
      const said = await panel.frame.locator("form [role=alert]").textContent();
      assert.match(said ?? "", /another name/);
      assert.deepEqual(between.sealedFor(), []);
    });
  });

  describe("that meddles with a note", () => {
    let issue: Issue;
    let spy: Hostile;
    let panel: Panel;

    before(async () => {
      between.honest();
      issue = await demo.request("Two notes");
      const author = await niro.visit(issue, "agent");
      await author.share(`${SECRET} one`, "jonathan");
      await author.share(`${SECRET} two`, "jonathan");
      spy = await Hostile.between(jonathan.page, demo);
    });

    after(async () => {
      await spy.close();
    });

    /** Jonathan before two locked notes, over a server that does this. */
    async function facing(twist: () => void): Promise<void> {
      spy.honest();
      twist();
      panel = await jonathan.visit(issue, "portal");
      await panel.unlock.first().waitFor();
    }

    /** One click on the newest; it fails with one plain sentence, and nothing of a note is on the page. */
    async function fails(consented: boolean): Promise<void> {
      await panel.unlock.first().click();
      await panel.frame.locator(".card-side .fault").first().waitFor();
      assert.equal(await panel.content.count(), 0);
      assert.equal(spy.consented, consented);
    }

    it("which lists a reader more than was sealed opens nothing", async () => {
      await facing(() => {
        spy.twist("GET /state", (state: PanelState) =>
          ({ ...state, notes: state.notes.map((card) => ({ ...card, readers: [...card.readers, id("ana")] })) }));
      });
      await fails(false);
    });

    it("which adds a reader to the sealed header opens nothing", async () => {
      await facing(() => {
        spy.twist("/authorise", (answer: Authorised) =>
          ({ ...answer, protected: reheaded(answer.protected, (note) => { note["readers"] = [id("ana"), id("jonathan")].sort(); }) }));
      });
      await fails(false);
    });

    it("which reorders the readers opens nothing", async () => {
      await facing(() => {
        spy.twist("/authorise", (answer: Authorised) =>
          ({ ...answer, protected: reheaded(answer.protected, (note) => { note["readers"] = [id("jonathan"), id("ana")].sort().reverse(); }) }));
      });
      await fails(false);
    });

    it("which prolongs its life opens nothing", async () => {
      await facing(() => {
        spy.twist("/authorise", (answer: Authorised) =>
          ({ ...answer, protected: reheaded(answer.protected, (note) => { note["exp"] = (note["exp"] as number) + 1; }) }));
      });
      await fails(false);
    });

    it("which moves a wrap from one note to another opens nothing", async () => {
      const wraps = new Map<string, Authorised["recipients"]>();
      let moved = "";
      await facing(() => {
        spy.twist("/authorise", (answer: Authorised, request) => {
          const note = new URL(request.url()).pathname.split("/").at(-2) ?? "";
          wraps.set(note, answer.recipients);
          const other = [...wraps.keys()].find((one) => one !== note);
          // The one that is looked at first keeps its own.
          if (other === undefined || (moved !== "" && moved !== note)) return answer;
          moved = note;
          return { ...answer, recipients: wraps.get(other) };
        });
      });
      await until(() => Promise.resolve(moved), (seen) => seen !== "");
      const card = panel.frame.locator(`article[data-note="${moved}"]`);
      await card.getByRole("button", { name: /^Unlock note/ }).click();
      await card.locator(".fault").waitFor();
      assert.equal(await panel.content.count(), 0);
      assert.equal(spy.consented, false);
    });

    it("which answers with another note of the same readers opens nothing", async () => {
      const whole: Authorised[] = [];
      await facing(() => {
        spy.twist("/authorise", (answer: Authorised) => {
          whole.push(answer);
          return whole[0];
        });
      });
      await until(() => Promise.resolve(whole.length), (seen) => seen > 1);
      for (const button of await panel.unlock.all()) await button.click();
      await panel.frame.locator(".card-side .fault").first().waitFor();
      assert.ok(await panel.content.count() <= 1, "the note that was asked for first may open");
    });

    it("which replays the body of an earlier note, or makes one up, shows nothing", async () => {
      const bodies: Body[] = [];
      await facing(() => { spy.twist("/open", (body: Body) => { bodies.push(body); return body; }); });
      await panel.unlock.last().click();
      await panel.content.waitFor();
      const [old] = bodies;
      await facing(() => { spy.twist("/open", () => old); });
      await fails(true);
      await facing(() => {
        spy.twist("/open", (body: Body) => ({ ...body, tag: `${body.tag.startsWith("A") ? "B" : "A"}${body.tag.slice(1)}` }));
      });
      await fails(true);
    });

    it("that turns honest again has lost nothing", async () => {
      await facing(() => undefined);
      await panel.unlock.first().click();
      await panel.content.waitFor();
      assert.match(await panel.content.textContent() ?? "", /correct-horse/);
    });
  });
});
