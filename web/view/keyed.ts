export interface Keyed<Item, View extends { element: HTMLElement }> {
  key(item: Item): string;
  create(item: Item): View;
  update(view: View, item: Item, before: Item | null): void;
}

/**
 * Keeps a container's children equal to a list, one view per key.
 *
 * A view lives as long as its key is listed: it keeps its focus and its place in the eyes of the
 * reader, and only what changed is touched.
 */
export function keyedList<Item, View extends { element: HTMLElement }>(
  container: HTMLElement,
  kind: Keyed<Item, View>,
): (items: readonly Item[]) => void {
  let views = new Map<string, { view: View; item: Item }>();
  return (items) => {
    const next = new Map<string, { view: View; item: Item }>();
    let before: Item | null = null;
    let place = container.firstElementChild;
    for (const item of items) {
      const key = kind.key(item);
      const view = views.get(key)?.view ?? kind.create(item);
      kind.update(view, item, before);
      const { element } = view;
      if (element === place) place = place.nextElementSibling;
      else container.insertBefore(element, place);
      next.set(key, { view, item });
      views.delete(key);
      before = item;
    }
    for (const { view } of views.values()) view.element.remove();
    views = next;
  };
}
