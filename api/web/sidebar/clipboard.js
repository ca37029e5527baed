// Copying, also in a frame that may not use the clipboard's own interface.

/** Copy a text; tells whether it worked. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

// Old, but allowed where the page that frames us has not allowed the new way.
function copySelected(text) {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const worked = document.execCommand("copy");
  field.remove();
  before?.focus?.();
  return worked;
}
