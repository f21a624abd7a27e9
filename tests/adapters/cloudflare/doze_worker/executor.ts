export { FetchExecutor } from "@doze/fetch/cloudflare";
export default { fetch: (): Response => new Response("executor") };
