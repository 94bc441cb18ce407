/** Types of the emitted modules, taken from trees that `check.ts` writes: only there they are whole. */
export type ApiClient = typeof import("../.build/check-shared-secret-memory-none/lib/api-client.ts");
export type ApiErrors = typeof import("../.build/check-shared-secret-memory-none/lib/api-errors.ts");
export type ApiToken = typeof import("../.build/check-shared-secret-memory-none/lib/api-token.ts");
export type BearerTransport = typeof import("../.build/check-shared-secret-memory-none/lib/api-transport.ts");
export type MemoryStore = typeof import("../.build/check-shared-secret-memory-none/lib/token-store.ts");
export type StorageStore = typeof import("../.build/check-shared-secret-storage-none/lib/token-store.ts");
export type BackendProxy = typeof import("../.build/check-shared-secret-cookie-none/lib/backend-proxy.ts");
export type { TokenStore } from "../.build/check-shared-secret-memory-none/lib/token-store.ts";
export type Auth = typeof import("../.build/check-shared-secret-cookie-none/lib/auth.ts");
export type Startup = typeof import("../.build/check-shared-secret-cookie-none/lib/startup.ts");
export type AuthClientWithTenants = typeof import("../.build/check-shared-secret-memory-backchannel/lib/auth-client.ts");
export type AuthClient = typeof import("../.build/check-shared-secret-memory-none/lib/auth-client.ts");
