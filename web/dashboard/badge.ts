/** How many messages are unread, in the tab's picture and, where pages can be installed, on the app's. */
export function showBadge(unread: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link === null) return;
  link.dataset["plain"] ??= link.href;
  link.href = unread === 0 ? link.dataset["plain"] : picture(unread > 9 ? "9+" : String(unread));
  // Refused or absent, then the tab has it alone.
  const told = unread === 0 ? navigator.clearAppBadge?.() : navigator.setAppBadge?.(unread);
  told?.catch(() => undefined);
}

function picture(text: string): string {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">' +
    '<rect width="24" height="24" rx="6" fill="#b91c1c"/>' +
    '<text x="12" y="17.5" font-size="15" font-weight="700" font-family="sans-serif" ' +
    `text-anchor="middle" fill="#fff">${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
