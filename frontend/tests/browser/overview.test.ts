import { after, before, describe, it } from "node:test";
import { Demo } from "./demo";
import { accessible } from "./look_out";
import { Person } from "./person";

describe("the overview page", () => {
  let demo: Demo;
  before(async () => {
    demo = await Demo.start();
  });
  after(async () => {
    await demo.stop();
  });

  it("tells an administrator what works, with nothing to set up", async () => {
    const ada = await Person.arrive(demo, "ada");
    await ada.page.goto(`${demo.site}/admin?as=ada&module=overview`);
    const frame = ada.page.frameLocator('iframe[src*="/panels/admin"]');
    await frame.getByText("Secure notes work on this site").waitFor();
    await frame.getByText("This browser keeps a key").waitFor();
    await accessible(ada.page, "/panels/admin", "overview");
    await ada.leave();
  });
});
