/**
 * Is this, in lower case, one of the passwords that are guessed first? A modest list made of what people pick when they
 * do not want to pick: words everyone thinks of with the endings everyone adds, walks along the keyboard, repetitions.
 */
export function isCommonPassword(lowerCase: string): boolean {
  return common.has(lowerCase);
}

const words =
  `password passw0rd p@ssword p@ssw0rd pass passwd welcome welcome1 letmein admin administrator root login master
  changeme changeit default secret test testtest testing user guest demo example qwerty qwertyui azerty qwertz asdf
  iloveyou loveyou lovely love sunshine princess monkey dragon football baseball basketball soccer hockey superman batman
  spiderman pokemon starwars minecraft computer internet samsung google facebook whatever trustno1 michael jennifer jordan
  charlie jessica ashley daniel thomas robert andrew summer winter spring autumn monday friday january december
  chocolate cookie cheese banana orange purple flower butterfly freedom killer hunter ranger shadow mustang ferrari
  mercedes corvette liverpool chelsea arsenal barcelona london america canada germany hello hello123 abc123 a1b2c3
  localhost temp company office server database access`.split(/\s+/);

const endings = [
  "",
  "1",
  "2",
  "12",
  "01",
  "99",
  "00",
  "007",
  "123",
  "321",
  "1234",
  "12345",
  "123456",
  "!",
  "1!",
  "12!",
  "123!",
  "@123",
  "#1",
];
const years = Array.from({ length: 12 }, (_, index) => String(2019 + index));

const walks =
  `1234567890 0987654321 9876543210 0123456789 1234554321 1122334455 112233445566 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y
  q1w2e3r4 q1w2e3r4t5 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 zaq12wsx zaq1zaq1 qazwsxedc qazwsx123 qwertyuiop qwerty12345678
  asdfghjkl asdfghjkl; zxcvbnm123 zxcvbnm, asdfasdf asdf1234 qwer1234 qwerqwer abcdefgh abcdefghi abcdefghij abcd1234
  abcd12345 abc12345 a1b2c3d4 aa123456 a1234567 a12345678 a123456789 1a2b3c4d 12qwaszx 123qweasd 123qweasdzxc 123qwe123
  qwe123qwe 123abc123 abc123abc 12341234 123123123 12121212 21212121 10203040 11223344 44332211 13579246 24681357 147258369
  741852963 159357159 159753159 987654321 87654321 31415926 19841984 20202020 passpass adminadmin useruser lovelove
  letmeinnow iloveyou2 ilovegod iloveme1 correcthorsebatterystaple opensesame nopassword mypassword thepassword password!@#
  !@#$%^&* !qaz2wsx 1!2@3#4$ p455w0rd pa55word pa55w0rd passwort kennwort motdepasse contrasena contraseña senha123
  parola123 wachtwoord пароль123 йцукенгш qwertyuiop[] woaini520 woaini1314 5201314520`.split(/\s+/);

const common = new Set([
  ...walks,
  ...words.flatMap((word) => [...endings, ...years].map((ending) => word + ending)),
  // 12345678, 123456789, … and 88888888, aaaaaaaaaa, …
  ...[8, 9, 10].map((length) => "1234567890".slice(0, length)),
  ..."0123456789abcdefghijklmnopqrstuvwxyz*."
    .split("")
    .flatMap((character) => [8, 9, 10, 11, 12].map((length) => character.repeat(length))),
]);
