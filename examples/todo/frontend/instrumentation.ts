// authpact 0.1.0 contract 7e9eae3aa670 digest 0eb9dceefb52ccaf; edit authpact.toml instead
/** Next.js calls this once, before the server takes requests. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { start } = await import("./lib/startup.ts");
  await start();
}
