// authpact 0.1.0 contract 7e9eae3aa670 digest 61e629484714d730; edit authpact.toml instead
import { toNextJsHandler } from "better-auth/next-js";
import { auth } from "../../../../lib/auth.ts";

export const { GET, POST } = toNextJsHandler(auth);
