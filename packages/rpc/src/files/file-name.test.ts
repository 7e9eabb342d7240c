import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { contentDisposition } from "./content-disposition.ts";
import { cleanFileName, FileName, fitFileName } from "./file-name.ts";

describe("a file's name", () => {
  test.each([
    ["report.pdf", "report.pdf"],
    ["a  b\tc.txt", "a bc.txt"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\ann\\plan.docx", "plan.docx"],
    ["..", "file"],
    ["", "file"],
    [" . ", "file"],
    [".htaccess", "htaccess"],
    ["name.txt...", "name.txt"],
    ["a\0b\r\nSet-Cookie: x=1\u007f\u0085.txt", "abSet-Cookie_ x=1.txt"],
    ["photo\u202egpj.exe", "photogpj.exe"],
    ["\u2066a\u2069\u200b\ufeff\u{e0041}.txt", "a.txt"],
    ['<img src=x onerror="y">.png', "_img src=x onerror=_y__.png"],
    ["CON", "_CON"],
    ["nul.txt", "_nul.txt"],
    ["console.log", "console.log"],
    ["\ud800.txt", "_.txt"],
    ["e\u0301te\u0301.txt", "été.txt"],
    ["خطة.txt", "خطة.txt"],
    ["می\u200cخواهم.txt", "می\u200cخواهم.txt"],
    ["👩‍👩‍👧.png", "👩‍👩‍👧.png"],
  ])("%j becomes %j", (given, cleaned) => expect(cleanFileName(given)).toBe(cleaned));

  test("is cut to 200 bytes between characters, and keeps its ending", () => {
    expect(cleanFileName(`${"a".repeat(196)}.txt`)).toBe(`${"a".repeat(196)}.txt`);
    expect(cleanFileName(`${"a".repeat(197)}.txt`)).toBe(`${"a".repeat(196)}.txt`);
    const family = cleanFileName(`${"👩‍👩‍👧".repeat(30)}.png`);
    expect(Buffer.byteLength(family)).toBeLessThanOrEqual(200);
    expect(family).toMatch(/^(?:👩‍👩‍👧)+\.png$/u);
    expect(Buffer.byteLength(cleanFileName("é".repeat(500)))).toBe(200);
  });

  test("whatever it was, is a name and nothing else: no path, nothing invisible, at most 200 bytes, and the same when cleaned again", () => {
    const parts = fc.constantFrom(
      "a",
      ".",
      "..",
      "/",
      "\\",
      " ",
      "\u202e",
      "\u200b",
      "é",
      "e\u0301",
      "خ",
      "👩‍👩‍👧",
      "con",
      ":",
      "\0",
    );
    const given = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.array(parts, { maxLength: 300 }).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(given, fc.constantFrom("txt", "png"), (name, ending) => {
        const cleaned = cleanFileName(name);
        expect(cleaned).not.toMatch(/[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]|^[. ]|[. ]$|^$/u);
        expect(Buffer.byteLength(cleaned)).toBeLessThanOrEqual(200);
        expect(cleaned.isWellFormed()).toBe(true);
        expect(cleanFileName(cleaned)).toBe(cleaned);

        const fitted = fitFileName(cleaned, { endings: [ending] });
        expect(fitted.toLowerCase().endsWith(`.${ending}`)).toBe(true);
        expect(Buffer.byteLength(fitted)).toBeLessThanOrEqual(200);
        const header = contentDisposition("attachment", fitted);
        expect(header).toMatch(/^attachment; filename="[ -~]+"(?:; filename\*=UTF-8''[\w!#$&+.^`|~%-]+)?$/);
        const [, plain = "", encoded] = /filename="([^"]*)"(?:; filename\*=UTF-8''(.*))?$/.exec(header) ?? [];
        expect(encoded === undefined ? plain : decodeURIComponent(encoded)).toBe(fitted);
      }),
      { numRuns: 2000 },
    );
  });

  test("of more than 1000 characters is refused", () => {
    expect(FileName.safeParse("a".repeat(1000)).success).toBe(true);
    expect(FileName.safeParse("a".repeat(1001)).success).toBe(false);
  });

  test.each([
    ["photo.png", ["png"], "photo.png"],
    ["PHOTO.PNG", ["png"], "PHOTO.PNG"],
    ["photo", ["png"], "photo.png"],
    ["page.html", ["txt", "md"], "page.html.txt"],
    ["run.exe", ["png"], "run.exe.png"],
    ["plan.docm", ["zip", "docx"], "plan.docm.zip"],
  ])("%j of a kind that ends in %j is called %j", (name, endings, fitted) => {
    expect(fitFileName(name, { endings })).toBe(fitted);
  });

  test("is cut once more where the ending would make it too long", () => {
    expect(fitFileName(`${"a".repeat(195)}.html`, { endings: ["txt"] })).toBe(`${"a".repeat(195)}.txt`);
  });
});

describe("Content-Disposition", () => {
  test.each([
    ["plan.txt", `attachment; filename="plan.txt"`],
    ['a"b\\c.txt', `attachment; filename="a_b_c.txt"; filename*=UTF-8''a%22b%5Cc.txt`],
    ["100%.txt", `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`],
    ["é'(1)*.txt", `attachment; filename="_'(1)*.txt"; filename*=UTF-8''%C3%A9%27%281%29%2A.txt`],
    ["خ.txt", `attachment; filename="_.txt"; filename*=UTF-8''%D8%AE.txt`],
    ["a\r\nX: y.txt", `attachment; filename="a__X: y.txt"; filename*=UTF-8''a%0D%0AX%3A%20y.txt`],
  ])("names %j so that every browser reads it, and no header is added", (name, header) => {
    expect(contentDisposition("attachment", name)).toBe(header);
    expect(() => new Headers({ "content-disposition": header })).not.toThrow();
  });
});
