import type { Fault } from "./fault.ts";

/** Every fault, by its name on the command line. Each is loaded when it is asked for. */
export const faults: readonly Fault[] = [
  {
    name: "kill",
    ids: ["REL-01", "REL-02"],
    about: "the server is killed at any moment, again and again, on one SQLite file",
    run: async (options) => (await import("./kill/kill.ts")).kill(options),
  },
  {
    name: "answers",
    ids: ["REL-05"],
    about: "connections break after the server has committed and before the answer has arrived",
    run: async (options) => (await import("./answers/answers.ts")).answers(options),
  },
  {
    name: "lists",
    ids: ["REL-49"],
    about: "five people on two servers change everything and who may see it, are cut off, and their servers killed",
    mostMinutes: 90,
    run: async (options) => (await import("./lists/lists.ts")).lists(options),
  },
  {
    name: "postgres",
    ids: ["REL-22"],
    about: "PostgreSQL crashes, or one of its processes is killed, again and again",
    run: async (options) => (await import("./postgres/postgres.ts")).postgres(options),
  },
  {
    name: "redis",
    ids: ["REL-25", "REL-26", "REL-28", "REL-29"],
    about: "Redis is killed, cut off, stopped, slow and emptied",
    run: async (options) => (await import("./redis/redis.ts")).redis(options),
  },
  {
    name: "crowd",
    ids: ["REL-50"],
    about: "thousands of pages lose their server at once, and come back",
    run: async (options) => (await import("./crowd/crowd.ts")).crowd(options),
  },
  {
    name: "deploy",
    ids: ["REL-55"],
    about: "servers are replaced one by one, forward, back and forward again, with a step of the schema each time",
    mostMinutes: 60,
    run: async (options) => (await import("./deploy/deploy.ts")).deploy(options),
  },
  {
    name: "lock",
    ids: ["REL-20"],
    about: "another process holds the write lock of the SQLite file, for longer than anybody waits",
    run: async (options) => (await import("./lock/lock.ts")).lock(options),
  },
  {
    name: "disk",
    ids: ["REL-10"],
    about: "the disk is full now and then, and does not keep what was written",
    run: async (options) => (await import("./disk/disk.ts")).disk(options),
  },
  {
    name: "frozen",
    ids: ["REL-23"],
    about: "PostgreSQL hangs, the network to it swallows everything, it takes no more connections, or there is but one",
    run: async (options) => (await import("./frozen/frozen.ts")).frozen(options),
  },
  {
    name: "clock",
    ids: ["REL-37", "EXP-08"],
    about: "servers whose clocks are minutes apart, and jump by an hour and by a day, forward and back",
    run: async (options) => (await import("./clock/clock.ts")).clock(options),
  },
  {
    name: "hog",
    ids: ["REL-32"],
    about: "every procedure is given the worst that fits into a frame",
    run: async (options) => (await import("./hog/hog.ts")).hog(options),
  },
  {
    name: "slow",
    ids: ["REL-40", "REL-41"],
    about: "clients stop reading, or read next to nothing, while there is much to be shown",
    run: async (options) => (await import("./slow/slow.ts")).slow(options),
  },
  {
    name: "half-open",
    ids: ["REL-44"],
    about: "the network swallows everything, both ways, without a word",
    run: async (options) => (await import("./half-open/half-open.ts")).halfOpen(options),
  },
  {
    name: "soak",
    ids: ["SES-20"],
    about: "two users on two servers call all the time while their sessions get new tokens",
    run: async (options) => (await import("./soak/soak.ts")).soak(options),
  },
  {
    name: "hour",
    ids: [],
    about: "an hour of work, while others come and go by the thousand, and nothing is done to anybody",
    mostMinutes: 90,
    run: async (options) => (await import("./hour/hour.ts")).hour(options),
  },
  {
    name: "fuzz",
    ids: ["WSK-01", "WSK-11", "WSK-45"],
    about: "hostile requests for sockets and hostile frames, while an honest user calls",
    run: async (options) => (await import("./fuzz/fuzz.ts")).fuzz(options),
  },
  {
    name: "controls",
    ids: [],
    about: "each protection is taken away in turn, to see that the checker notices",
    run: async (options) => (await import("./controls/controls.ts")).runControls(options),
  },
];
