export { CostObject } from "./cost_object.ts";
export { LifeObject } from "./life_object.ts";

interface Stub {
  fetch(request: Request): Promise<Response>;
}

interface Namespace {
  getByName(name: string): Stub;
}

/** `/COSTS/<name>/…` goes to that object. */
export default {
  fetch(request: Request, env: Record<string, Namespace>): Promise<Response> {
    const [, binding, name] = new URL(request.url).pathname.split("/");
    return env[binding].getByName(name).fetch(request);
  },
};
