import { Kind } from "graphql";
import { failure } from "./errors.js";

// The schema's own depth is 3. Aliases are what multiplies work: without one, a field that is
// asked for twice is resolved once, so that five more are the most that an operation can add.
const MAX_DEPTH = 5;
const MAX_ALIASES = 5;

const NOTHING = { depth: 0, aliases: 0 };

/** The errors of a document whose operations ask for too much, fragments counted at each use. */
export function limitErrors({ definitions }) {
  const fragments = new Map(
    definitions
      .filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION)
      .map(({ name, selectionSet }) => [name.value, selectionSet]),
  );
  const measured = new Map();

  // Each fragment is measured once: of fragments that use fragments twice there may be many.
  function measureFragment(name) {
    if (!measured.has(name)) {
      // Ends a cycle, which the validation that comes next refuses.
      measured.set(name, NOTHING);
      measured.set(name, measure(fragments.get(name)));
    }
    return measured.get(name);
  }

  function measureSelection({ kind, name, alias, selectionSet }) {
    if (kind === Kind.FRAGMENT_SPREAD) return measureFragment(name.value);
    // A query for the schema is deep by nature. Where it is allowed, graphql limits it itself.
    const inner = name?.value.startsWith("__") ? NOTHING : measure(selectionSet);
    if (kind === Kind.INLINE_FRAGMENT) return inner;
    return { depth: inner.depth + 1, aliases: inner.aliases + (alias ? 1 : 0) };
  }

  function measure(selectionSet) {
    const parts = (selectionSet?.selections ?? []).map(measureSelection);
    return {
      depth: Math.max(0, ...parts.map(({ depth }) => depth)),
      aliases: parts.reduce((sum, { aliases }) => sum + aliases, 0),
    };
  }

  const errors = [];
  for (const node of definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)) {
    const { depth, aliases } = measure(node.selectionSet);
    const refuse = (message) =>
      errors.push(failure("QUERY_TOO_COMPLEX", message, { nodes: node }));
    if (depth > MAX_DEPTH) refuse(`expected fields at most ${MAX_DEPTH} deep, got ${depth}`);
    if (aliases > MAX_ALIASES) {
      refuse(`expected at most ${MAX_ALIASES} aliases, got ${aliases}; send several requests`);
    }
  }
  return errors;
}
