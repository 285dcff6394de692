/** How well a text fits what was typed, the lower the better; null: it does not. */
export function rank(text: string, query: string): number | null {
  const [inside, sought] = [text.toLocaleLowerCase(), query.trim().toLocaleLowerCase()];
  if (sought === "") return 0;
  const at = inside.indexOf(sought);
  if (at === 0) return 0;
  if (at > 0) return /[\s\p{P}]/u.test(inside[at - 1]!) ? 1 : 2;
  // All the letters in their order, with others between.
  let from = 0;
  for (const letter of sought.replace(/\s+/g, "")) {
    from = inside.indexOf(letter, from) + 1;
    if (from === 0) return null;
  }
  return 3;
}

/** The fitting ones, the best first; of equals the earlier. */
export function matching<Item>(
  items: readonly Item[],
  query: string,
  textOf: (item: Item) => string,
): Item[] {
  return items
    .map((item, index) => ({ item, index, rank: rank(textOf(item), query) }))
    .filter((one): one is { item: Item; index: number; rank: number } => one.rank !== null)
    .sort((one, other) => one.rank - other.rank || one.index - other.index)
    .map(({ item }) => item);
}
