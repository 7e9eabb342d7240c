import { z } from "zod";

// In a page zod must not compile its schemas: it would first try `new Function`, and a Content-Security-Policy without
// 'unsafe-eval' reports even a try that is caught. It asks when a schema is made, so this stands before all of them.
if ("document" in globalThis) z.config({ jitless: true });

export { z };
