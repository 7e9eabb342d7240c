import { expect, test } from "vitest";

import { createCookieJar } from "./cookie-jar.ts";

const setting = (...lines: string[]) => new Response(null, { headers: lines.map((line) => ["set-cookie", line]) });

test("a cookie goes to its host on every port, and to no other host", () => {
  const jar = createCookieJar();
  jar.take("http://localhost:1000/", setting("a=1; Path=/; HttpOnly"));

  expect(jar.header("http://localhost:2000/page")).toBe("a=1");
  expect(jar.header("http://127.0.0.1:1000/")).toBeNull();
});

test("a cookie goes to its path and below", () => {
  const jar = createCookieJar();
  jar.take("http://localhost/auth/page", setting("given=1; Path=/auth/42", "own=2"));

  expect(jar.header("http://localhost/auth/42")).toBe("given=1; own=2");
  expect(jar.header("http://localhost/auth/42/more")).toBe("given=1; own=2");
  expect(jar.header("http://localhost/auth/420")).toBe("own=2");
  expect(jar.header("http://localhost/")).toBeNull();
});

test("a cookie is replaced, taken away by a date that has passed or an age of nothing, and forgotten with its host", () => {
  const jar = createCookieJar();
  jar.take("http://localhost/", setting("a=1", "b=1; Max-Age=60", "c=x=y"));

  jar.take("http://localhost/", setting("a=2; expires=Thu, 01 Jan 1970 00:00:00 GMT", "b=; Max-Age=0"));
  expect(jar.header("http://localhost/")).toBe("c=x=y");

  jar.take("http://localhost/", setting("c=3"));
  expect(jar.header("http://localhost/")).toBe("c=3");
  jar.forget("http://localhost:80/any");
  expect(jar.header("http://localhost/")).toBeNull();
});
