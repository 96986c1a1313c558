/** Not even the words came: all there is to say fits here, in the one language that every release has. */
export function Wordless({ reload }: { readonly reload: () => void }) {
  return (
    <main class="empty" lang="en" dir="ltr" data-part="wordless">
      <h1 class="empty-title">This page could not be loaded</h1>
      <p class="empty-text" role="alert">The connection broke, or a new version has just arrived. Nothing is lost.</p>
      <button type="button" class="button button-plain button-usual" onClick={reload}>Reload the page</button>
    </main>
  );
}
