const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Markup, which `html` leaves as it is. */
class Markup {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

/** Marks a text as markup. Only for what is part of this site. */
export const trusted = (text) => new Markup(text);

function render(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(render).join("");
  return String(value ?? "").replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** A template tag: every value in it is escaped, unless it is markup itself. */
export function html(strings, ...values) {
  return trusted(String.raw({ raw: strings }, ...values.map(render)));
}
