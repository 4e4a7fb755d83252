/** What this device remembers of the person's choices: a theme and a language, nothing else. */
export type Theme = "light" | "dark";
/** The page's own languages. */
export type Language = "en" | "zh";

const KEYS = { theme: "scorelet.theme", language: "scorelet.language" } as const;

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is switched off: the choice lasts as long as the page.
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The theme that is shown now. */
export function theme(): Theme {
  const chosen = document.documentElement.dataset["theme"];
  if (chosen === "light" || chosen === "dark") return chosen;
  return dark.matches ? "dark" : "light";
}

/** Shows and keeps a theme. */
export function setTheme(next: Theme): void {
  document.documentElement.dataset["theme"] = next;
  keep(KEYS.theme, next);
  announce();
}

const listeners = new Set<() => void>();
const announce = (): void => listeners.forEach((listener) => listener());
dark.addEventListener("change", announce);

/** Calls `listener` when another theme is shown; gives a function that ends this. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The language that `early.js` chose. */
export function language(): Language {
  return document.documentElement.lang === "zh" ? "zh" : "en";
}

/** Keeps a language. */
export function setLanguage(next: Language): void {
  document.documentElement.lang = next;
  keep(KEYS.language, next);
}

/** What is kept, as the privacy view shows it. */
export function kept(): { key: string; value: string }[] {
  try {
    return Object.values(KEYS).flatMap((key) => {
      const value = localStorage.getItem(key);
      return value === null ? [] : [{ key, value }];
    });
  } catch {
    return [];
  }
}

/** Drops what is kept. */
export function forget(): void {
  try {
    for (const key of Object.values(KEYS)) localStorage.removeItem(key);
  } catch {
    // There was nothing.
  }
}
