/** Whether a host is this machine itself: nobody listens on the way. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/** Of a URL, an address of the new kind without its brackets. */
export const nameOfHost = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1');
