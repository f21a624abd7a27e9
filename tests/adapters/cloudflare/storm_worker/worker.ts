/**
 * Objects whose executor throws, loses, repeats and forgets. `POST /NAME/METHOD` with the arguments as JSON.
 *
 * @module
 */
import { DozeObject, type FetchError, FetchExecutor, type Message, ResponseSync } from "@doze/fetch/cloudflare";
import type { Acknowledgement, DurableObjectStateLike } from "@doze/fetch/cloudflare";

/** What an object has been asked, and what its handler has written down. */
export interface Books {
  /** The labels of the requests that were taken on. */
  readonly asked: string[];
  /** One entry for each run that committed. */
  readonly ran: string[];
  /** How many of those runs were given an answer. */
  readonly answered: number;
  /** How many of Doze's rows are left. */
  readonly left: number;
}

/** An executor that does its work and does it badly. */
export class StormExecutor extends FetchExecutor {
  override run(...[job, origin]: Parameters<FetchExecutor["run"]>): void {
    const chance = Math.random();
    if (chance < 0.1) throw new RangeError("the executor fails before it has begun");
    let sent = 0;
    super.run(job, {
      async dozeDeliver(message: Message): Promise<Acknowledgement> {
        sent++;
        if (chance < 0.2 && sent === 1) throw new RangeError("the delivery is lost");
        const answer = await origin.dozeDeliver(message);
        if (chance < 0.3 && sent === 1) throw new RangeError("the answer to the delivery is lost");
        if (chance < 0.5) await origin.dozeDeliver(message);
        return answer;
      },
    });
  }
}

/** An object that writes down what it is asked and what it is answered. */
export class StormAgent extends DozeObject {
  constructor(ctx: DurableObjectStateLike, env: unknown) {
    super(ctx, env, {
      executor: "StormExecutor",
      policy: { allowPrivate: true },
      timeout: 1_500,
      grace: 1_000,
      handlerRetry: { attempts: 20, backoff: 10, maxDelay: 200 },
    });
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS asked (label TEXT)");
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS ran (label TEXT, answered INTEGER)");
  }

  /** Takes on requests, all of them or none. */
  ask(labels: string[], url: string): void {
    this.ctx.storage.transactionSync(() => {
      for (const label of labels) {
        this.ctx.storage.sql.exec("INSERT INTO asked VALUES (?)", label);
        this.proxyFetch(`${url}&case=${label}`, this.ctn().onReply(label, this.ctn().$result));
      }
    });
  }

  /** The continuation; now and then it fails after it has written. */
  onReply(label: string, result: ResponseSync | FetchError): void {
    this.ctx.storage.sql.exec("INSERT INTO ran VALUES (?, ?)", label, result instanceof ResponseSync ? 1 : 0);
    if (Math.random() < 0.1) throw new RangeError("the handler fails after it has written");
  }

  books(): Books {
    const { sql } = this.ctx.storage;
    return {
      asked: sql.exec("SELECT label FROM asked").toArray().map((row) => String(row.label)),
      ran: sql.exec("SELECT label FROM ran").toArray().map((row) => String(row.label)),
      answered: Number(sql.exec("SELECT sum(answered) AS answered FROM ran").toArray()[0].answered),
      left: Number(sql.exec("SELECT count(*) AS rows FROM doze_rows").toArray()[0].rows),
    };
  }
}

type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

export default {
  async fetch(request: Request, env: { STORM: { getByName(name: string): Methods } }): Promise<Response> {
    const [name, method] = new URL(request.url).pathname.slice(1).split("/");
    const args = await request.json() as unknown[];
    return Response.json(await env.STORM.getByName(name)[method](...args) ?? null);
  },
};
