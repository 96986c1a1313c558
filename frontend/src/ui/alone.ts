/**
 * Takes everything outside `element` out of reach, but for what speaks; the answer gives it back.
 * A dialog of the browser's own would lie in a layer that a frame as high as its content cuts off.
 */
export function aloneIn(element: HTMLElement): () => void {
  const asleep: HTMLElement[] = [];
  for (let one = element; one.parentElement !== null && one !== document.body; one = one.parentElement) {
    for (const other of one.parentElement.children) {
      if (other === one || !(other instanceof HTMLElement) || other.inert || other.matches("[role=status]")) continue;
      other.inert = true;
      asleep.push(other);
    }
  }
  return () => {
    for (const other of asleep) other.inert = false;
  };
}

/** Keeps the Tab key among the buttons of `element`: from the last it goes to the first, and back. */
export function turnIn(element: HTMLElement, event: KeyboardEvent): void {
  const buttons = [...element.querySelectorAll("button")];
  const end = event.shiftKey ? buttons.at(0) : buttons.at(-1);
  const inside = element.contains(document.activeElement);
  if (inside && document.activeElement !== end) return;
  event.preventDefault();
  (event.shiftKey ? buttons.at(-1) : buttons.at(0))?.focus();
}
