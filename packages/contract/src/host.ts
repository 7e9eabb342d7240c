/**
 * Is this a host that requests may be for: a name of letters, digits, hyphens and dots, neither at its ends, or an address?
 * Without a port. URLs allow others as well, but what reaches some adapters with them ends the process.
 */
export function isHostServed(host: string): boolean {
  return /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i.test(host);
}
