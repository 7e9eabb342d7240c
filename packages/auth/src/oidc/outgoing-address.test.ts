import { expect, test } from "vitest";

import { createGuardedLookup, isCallable, RefusedAddress } from "./outgoing-address.ts";

const outside = { allowPrivate: false, allowLoopback: false };
const within = { allowPrivate: true, allowLoopback: false };
const here = { allowPrivate: false, allowLoopback: true };

test("addresses of everybody are called, private ones only where that is said, and some never", () => {
  for (const address of ["8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.63.0.1", "2606:4700::1111"])
    expect([address, isCallable(address, outside)]).toEqual([address, true]);
  for (const address of ["::ffff:8.8.8.8", "2001:200::1", "2a00:1450:4001::1", "3ffe::1"])
    expect([address, isCallable(address, outside)]).toEqual([address, true]);
  const closed = ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "198.18.0.1", "fd00::1"];
  // The same in the spelling of IPv6, and by way of NAT64.
  for (const address of [...closed, "::ffff:10.0.0.1", "::ffff:a00:1", "64:ff9b::a00:1"]) {
    expect([address, isCallable(address, outside), isCallable(address, here)]).toEqual([address, false, false]);
    expect([address, isCallable(address, within)]).toEqual([address, true]);
  }
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    expect([address, isCallable(address, outside)]).toEqual([address, false]);
    expect([address, isCallable(address, here)]).toEqual([address, true]);
  }
  // What hands out a cloud machine's keys is no provider, whatever is said.
  const never = [
    ["169.254.169.254", "::ffff:169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192"],
    ["fd00:ec2::254", "fd20:ce::254", "fd00:c1::a9fe:a9fe"],
    // The same by way of NAT64, and this machine.
    ["64:ff9b::a9fe:a9fe", "64:ff9b::100.100.100.200", "64:ff9b::127.0.0.1", "64:ff9b::", "::ffff:100.100.100.200"],
    // IPv4 within IPv6, in ways that some systems understand: compatible, translated, local NAT64, Teredo, 6to4.
    ["::10.0.0.1", "::127.0.0.1", "::ffff:0:10.0.0.1", "64:ff9b:1::a00:1", "2001:0:a00:1::1", "2002:7f00:1::"],
    ["fec0::1", "100::1", "5f00::1", "2001:db8::1", "3fff::1", "4000::1", "fe80::1%eth0", "2606:4700::1111%eth0"],
    ["192.0.2.1", "192.88.99.1", "198.51.100.1", "203.0.113.1", "0.0.0.0", "::", "fe80::1", "224.0.0.1"],
    ["255.255.255.255", "2002:a00:1::", "not an address", ""],
  ].flat();
  for (const address of never)
    expect([address, isCallable(address, { allowPrivate: true, allowLoopback: true })]).toEqual([address, false]);
});

test("a name that stands for a private address is refused when the connection is made, in both forms of the question", async () => {
  const ask = (rule: typeof outside, all: boolean) =>
    new Promise<unknown>((resolve) =>
      createGuardedLookup(rule)("localhost", { all }, (error, address) => resolve(error ?? address)),
    );
  for (const all of [true, false]) {
    expect(await ask(outside, all)).toBeInstanceOf(RefusedAddress);
    expect(JSON.stringify(await ask(here, all))).toMatch(/127\.0\.0\.1|::1/);
  }
});
