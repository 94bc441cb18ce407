/** Access tokens end by themselves: this contract tells the API nothing about ended sessions. */
import type { BetterAuthPlugin } from "better-auth";

export const revocationPlugins = (): BetterAuthPlugin[] => [];
