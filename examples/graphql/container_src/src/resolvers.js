import { failure } from "./errors.js";
import { encodeToken } from "./page-token.js";
import { checkFields, checkId, pageFrom } from "./validate.js";

/** The root fields of schema.graphql. */
export function createResolvers(notes) {
  const found = (id, note) => {
    if (!note) throw failure("NOT_FOUND", `no note has the id ${id}`);
    return note;
  };

  return {
    async note({ id }) {
      checkId(id);
      return notes.get(id);
    },

    async notes(page) {
      const { notes: items, lastId } = await notes.list(pageFrom(page));
      return { items, next: lastId && encodeToken(lastId) };
    },

    async createNote({ note }) {
      checkFields(note);
      return notes.create(note);
    },

    async updateNote({ id, change }) {
      checkId(id);
      checkFields(change);
      return found(id, await notes.update(id, change));
    },

    async deleteNote({ id }) {
      checkId(id);
      return found(id, await notes.remove(id));
    },
  };
}
