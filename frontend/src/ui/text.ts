/**
 * Copies text. A frame may not be allowed to use the clipboard: then the old way, which needs a
 * selection, and which works on a click everywhere. False when neither works.
 */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement("textarea");
  area.className = "unseen";
  area.value = text;
  area.readOnly = true;
  document.body.append(area);
  area.select();
  const done = (() => {
    try {
      // Deprecated, and still the only way where the frame's policy forbids the clipboard.
      return (document as unknown as { execCommand(name: string): boolean }).execCommand("copy");
    } catch {
      return false;
    }
  })();
  area.value = "";
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
