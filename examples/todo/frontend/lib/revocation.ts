// authpact 0.1.0 contract 7e9eae3aa670 digest 2c913e5e0f5e815c; edit authpact.toml instead
/** Access tokens end by themselves: this contract tells the API nothing about ended sessions. */
import type { BetterAuthPlugin } from "better-auth";

export const revocationPlugins = (): BetterAuthPlugin[] => [];
