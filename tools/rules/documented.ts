/**
 * Every public symbol and every member of it has a docstring, and public symbols of some weight have an example.
 *
 * @module
 */

/** A node of what `deno doc --json` prints; only the parts that lead to a docstring. */
interface DocNode {
  readonly [key: string]: unknown;
}

/** Where `deno doc --json` keeps members, by the key of their list. */
const MEMBERS = [
  "constructors",
  "methods",
  "properties",
  "callSignatures",
  "indexSignatures",
  "constructorSignatures",
  "members",
];

/**
 * Every undocumented symbol and member of some modules, as `file:line: Symbol.member`.
 *
 * `deno doc --lint` asks the same of symbols and members; this asks it of the properties of type literals too, and of
 * the module itself.
 *
 * @param files Paths of entry modules.
 * @param cwd Where the paths start.
 */
export async function undocumented(files: readonly string[], cwd: string): Promise<string[]> {
  const run = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", ...files],
    cwd,
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!run.success) return [new TextDecoder().decode(run.stderr)];
  const { nodes } = JSON.parse(new TextDecoder().decode(run.stdout)) as { nodes: Record<string, DocNode> };
  const found = Object.entries(nodes).flatMap(([module, node]) => [
    ...(hasDoc(node.module_doc) ? [] : [`${module}: the module has no docstring`]),
    ...list(node.symbols).flatMap((symbol) =>
      list(symbol.declarations).filter(isOwn).flatMap((declaration) =>
        inspect(declaration, String(symbol.name), declaration)
      )
    ),
  ]);
  return [...new Set(found)].map((line) => line.replace(`file://${cwd.replace(/\/$/, "")}/`, ""));
}

function inspect(node: DocNode, name: string, declaration: DocNode): string[] {
  const location = (node.location ?? declaration.location) as { filename: string; line: number };
  const own = hasDoc(node.jsDoc) ? [] : [`${location.filename}:${location.line}: ${name} has no docstring`];
  return [
    ...own,
    ...membersOf(node.def ?? node.tsType).flatMap(([member, key]) => inspect(member, `${name}.${key}`, node)),
  ];
}

/** The members below a definition, whatever nests between: unions, arrays, type literals. */
function membersOf(definition: unknown): [DocNode, string][] {
  if (Array.isArray(definition)) return definition.flatMap(membersOf);
  if (!isNode(definition)) return [];
  return Object.entries(definition).flatMap(([key, value]): [DocNode, string][] => {
    if (MEMBERS.includes(key)) {
      return list(value).filter(isOwnMember).map((member) => [member, String(member.name ?? key)]);
    }
    return key === "params" || key === "location" ? [] : membersOf(value);
  });
}

/** Whether a module declares a symbol itself, rather than handing on another entry's. */
function isOwn(declaration: DocNode): boolean {
  return declaration.kind !== "reference";
}

/** Whether a member is one that a user sees: not private, and not a parameter of a type. */
function isOwnMember(member: DocNode): boolean {
  return member.accessibility !== "private" && !String(member.name).startsWith("#");
}

function hasDoc(doc: unknown): boolean {
  return isNode(doc) && typeof doc.doc === "string" && doc.doc.trim() !== "";
}

function list(value: unknown): DocNode[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function isNode(value: unknown): value is DocNode {
  return typeof value === "object" && value !== null;
}
