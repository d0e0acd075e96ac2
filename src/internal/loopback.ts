/**
 * Hosts that are this very machine, where plain http is as good as https.
 *
 * @see RFC 6761, section 6.3 (`localhost` and all names below it); RFC 1122, section 3.2.1.3; RFC 4291, section 2.5.3
 * @module
 */

const LOOPBACK = /^(?:(?:[a-z0-9-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/** Whether a host, as `URL.hostname` writes it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return LOOPBACK.test(hostname);
}
