/**
 * The five payloads of the serializer's benchmarks, each beside the plain value that native JSON is timed on.
 *
 * @module
 */
import { ResponseSync } from "../core/serializer/mod.ts";

/** One payload. */
export interface Payload {
  /** What it is, with its letter. */
  name: string;
  /** What the serializers get. */
  value: unknown;
  /** What a serializer without `ResponseSync` gets. */
  peer: unknown;
  /** The nearest thing that JSON can carry, made before the clock starts; identity lost. */
  plain: unknown;
}

interface GraphNode {
  id: number;
  name: string;
  created: Date;
  tags: Set<string>;
  scores: Map<string, number>;
  parent: GraphNode | null;
  links: GraphNode[];
}

function chain(at: unknown): unknown {
  return [
    { type: "get", key: "onReply" },
    { type: "call", args: ["user-4711", 3, at, { conversation: "c-91", turn: 12, stream: false }, { type: "result" }] },
    { type: "get", key: "then" },
    { type: "call", args: [true, null, ["a", "b"]] },
  ];
}

function responseText(): string {
  const choices = Array.from({ length: 24 }, (_, index) => ({
    index,
    message: { role: "assistant", content: `Line "${index}" of the answer,\nwith a break and a path C:\\temp. ` },
    finish_reason: index % 2 ? "stop" : null,
  }));
  return JSON.stringify({ id: "chatcmpl-123", object: "chat.completion", created: 1_700_000_000, choices }).slice(
    0,
    4096,
  );
}

const responseParts = {
  status: 200,
  statusText: "OK",
  url: "https://api.example/v1/chat/completions",
  redirected: false,
  headers: {
    "cache-control": "no-store",
    "content-type": "application/json; charset=utf-8",
    date: "Mon, 20 Oct 2026 12:00:00 GMT",
    server: "edge",
    "x-ratelimit-remaining": "4999",
    "x-request-id": "req_0123456789abcdef",
  },
};

function graph(count: number): { nodes: GraphNode[]; plain: unknown } {
  const nodes: GraphNode[] = [];
  for (let id = 0; id < count; id++) {
    nodes.push({
      id,
      name: `node ${id}`,
      created: new Date(1_700_000_000_000 + id * 1000),
      tags: new Set([`tag${id % 7}`, `tag${id % 11}x`]),
      scores: new Map([["speed", id * 1.5], ["size", id % 13]]),
      parent: id ? nodes[id >> 1] : null,
      links: [],
    });
  }
  for (const node of nodes) node.links.push(nodes[(node.id * 7 + 1) % count], nodes[(node.id * 3 + 2) % count]);
  const plain = nodes.map((node) => ({
    ...node,
    created: node.created.toISOString(),
    tags: [...node.tags],
    scores: [...node.scores],
    parent: node.parent?.id ?? null,
    links: node.links.map((link) => link.id),
  }));
  return { nodes, plain };
}

function tree(count: number): unknown {
  return Array.from({ length: count }, (_, id) => ({
    id,
    title: `Entry number ${id} of the list`,
    active: id % 3 === 0,
    price: id * 1.25,
    tags: ["red", "green", `t${id % 17}`],
    size: { width: id % 100, height: (id * 7) % 100, unit: "cm" },
    note: null,
  }));
}

function bytes(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 17) & 255);
}

/** The payloads a to e. */
export function payloads(): Payload[] {
  const at = new Date(1_700_000_000_000);
  const body = responseText();
  const plainResponse = { ...responseParts, body };
  const { nodes, plain } = graph(1000);
  const list = tree(660);
  return [
    { name: "a small chain with a Date", value: chain(at), peer: chain(at), plain: chain(at.toISOString()) },
    {
      name: "b response with 4 KB of JSON text",
      value: new ResponseSync(body, responseParts),
      peer: plainResponse,
      plain: plainResponse,
    },
    { name: "c graph of 1,000 nodes", value: nodes, peer: nodes, plain },
    { name: "d 64 KB of bytes", value: bytes(65_536), peer: bytes(65_536), plain: bytes(65_536) },
    { name: "e plain tree of 100 KB", value: list, peer: list, plain: list },
  ];
}
