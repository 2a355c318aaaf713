// Run by the container's HEALTHCHECK: the image has neither curl nor a shell tool that speaks HTTP
// with a timeout. Less than the 5 s after which the health check itself is killed.
const url = `http://127.0.0.1:${process.env.PORT || 8080}/health`;
try {
  const { ok } = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  process.exit(ok ? 0 : 1);
} catch {
  process.exit(1);
}
