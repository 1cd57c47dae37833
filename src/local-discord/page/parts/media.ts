/**
 * The path of a file that this local Discord serves, whatever loopback name its address was given with; undefined for a file of
 * anybody else, which the page never fetches.
 */
export function ownPath(address: string | undefined | null): string | undefined {
  if (!address || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  const here = url.port === location.port && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  return here && url.protocol === 'http:' ? url.pathname + url.search : undefined;
}

export const isPicture = (contentType: string | undefined) =>
  /^image\/(png|jpeg|gif|webp|avif)/.test(contentType ?? '');
