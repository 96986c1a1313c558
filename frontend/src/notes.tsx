import { render } from "preact";

const at = document.getElementById("panel");
if (at) render(<main>Secure Notes</main>, at);
