import { expect, test } from "vitest";

import { parseSmtpUrl } from "./smtp-url.ts";

const plain = { isSecure: false, isTlsRequired: true, user: null, password: null };

test("the url of a mail server says where it is, who signs in and how it is encrypted", () => {
  expect(parseSmtpUrl("smtps://ann:p%40ss%2F@mail.example.com")).toEqual({
    host: "mail.example.com",
    port: 465,
    isSecure: true,
    isTlsRequired: false,
    user: "ann",
    password: "p@ss/",
  });
  expect(parseSmtpUrl("smtp://mail.example.com")).toEqual({ ...plain, host: "mail.example.com", port: 587 });
  expect(parseSmtpUrl("smtp://[2001:db8::1]:2525/")).toEqual({ ...plain, host: "2001:db8::1", port: 2525 });
});

test("without TLS mails go to this machine only, unless it is said", () => {
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"]) {
    expect(parseSmtpUrl(`smtp://${host}:25`), host).toMatchObject({ isTlsRequired: false });
  }
  for (const host of ["localhost.example.com", "127.example.com", "10.0.0.1", "mail"]) {
    expect(parseSmtpUrl(`smtp://${host}:25`), host).toMatchObject({ isTlsRequired: true });
    expect(parseSmtpUrl(`smtp://${host}:25?tls=optional`), host).toMatchObject({ isTlsRequired: false });
  }
});

test("what is no such url is refused with what to write, without repeating it", () => {
  const wrong = [
    "hidden",
    "http://hidden@mail.example.com",
    "smtp://",
    "smtp://mail.example.com/hidden",
    "smtp://mail.example.com#hidden",
    "smtp://mail.example.com?tls=hidden",
    "smtp://mail.example.com?tls=optional&hidden=1",
    "smtp://hidden@mail.example.com",
    "smtp://:hidden@mail.example.com",
    "smtp://ann:hidden%@mail.example.com",
  ];
  for (const text of wrong) {
    const parsed = parseSmtpUrl(text);
    expect("fault" in parsed && parsed.fault, text).toMatch(/Write|Give/);
    expect(JSON.stringify(parsed), text).not.toContain("hidden");
  }
});
