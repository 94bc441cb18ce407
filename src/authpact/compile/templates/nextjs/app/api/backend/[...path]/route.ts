import { passOn } from "../../../../lib/backend-proxy.ts";

export const GET = passOn;
export const POST = passOn;
export const PUT = passOn;
export const PATCH = passOn;
export const DELETE = passOn;
