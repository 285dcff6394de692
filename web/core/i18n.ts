/** Texts by key, per language. Adding a language is adding a table with the same keys. */
export type Texts<Key extends string> = Record<Key, string>;

/** The best of `available` for what the reader prefers, in that order; else the first. */
export function pickLocale<Locale extends string>(
  preferred: readonly (string | null | undefined)[],
  available: readonly Locale[],
): Locale {
  for (const wish of preferred) {
    if (!wish) continue;
    const exact = available.find((tag) => tag.toLowerCase() === wish.toLowerCase());
    if (exact) return exact;
    const language = wish.toLowerCase().split(/[-_]/)[0];
    const close = available.find((tag) => tag.toLowerCase().split("-")[0] === language);
    if (close) return close;
  }
  return available[0]!;
}

/** Fills `{name}` places. */
export type Translate<Key extends string> = (
  key: Key,
  values?: Record<string, string | number>,
) => string;

export function translator<Key extends string>(texts: Texts<Key>): Translate<Key> {
  return (key, values = {}) =>
    texts[key].replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}
