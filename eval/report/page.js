// Filters the failures; without it the page shows them all.
for (const form of document.querySelectorAll("form.filter")) {
  const failures = [...form.parentElement.querySelectorAll("details.failure")];
  const texts = new Map(failures.map((failure) => [failure, failure.textContent.toLowerCase()]));
  const slices = new Map(failures.map((failure) => [failure, JSON.parse(failure.dataset.slices)]));
  const output = form.querySelector("output");

  const holds = (failure, name, value) => {
    if (!value) return true;
    if (name === "words") return texts.get(failure).includes(value.toLowerCase());
    if (name === "kind") return failure.dataset.kind === value;
    return slices.get(failure)[name.slice("slice:".length)] === value;
  };

  const apply = () => {
    const wanted = [...new FormData(form)];
    let shown = 0;
    for (const failure of failures) {
      failure.hidden = !wanted.every(([name, value]) => holds(failure, name, value));
      shown += failure.hidden ? 0 : 1;
    }
    output.textContent = shown === failures.length ? "" : `${shown} of ${failures.length}`;
  };

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = failures.length === 0;
}
