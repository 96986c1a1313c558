import { render } from "preact";

const at = document.getElementById("panel");
if (at) render(<main>Overview</main>, at);
