import { h } from "../dom";

/** A place to drop a file on, with a button that does the same. */
export interface Drop {
  element: HTMLElement;
}

/** Builds it; `take` gets the file. */
export function drop(
  options: { id: string; accept: string; text: string; choose: string; extra?: HTMLElement | null },
  take: (file: File) => void,
): Drop {
  const input = h("input", { type: "file", id: options.id, accept: options.accept, class: "visually-hidden" });
  input.addEventListener("change", () => {
    const [file] = input.files ?? [];
    if (file) take(file);
    // The same file can be chosen again, changed.
    input.value = "";
  });
  const element = h(
    "div",
    { class: "drop" },
    h("p", null, options.text, " ", input, h("label", { for: options.id, class: "link" }, options.choose)),
    options.extra ?? null,
  );
  const over = (on: boolean) => (event: DragEvent) => {
    event.preventDefault();
    element.classList.toggle("over", on);
  };
  element.addEventListener("dragenter", over(true));
  element.addEventListener("dragover", over(true));
  element.addEventListener("dragleave", over(false));
  element.addEventListener("drop", (event) => {
    over(false)(event);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) take(file);
  });
  return { element };
}
