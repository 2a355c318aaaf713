import { randomUUID } from "node:crypto";
import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { failure } from "./errors.js";

/**
 * The notes in a DynamoDB table whose partition key is the text `id`.
 * Each method needs the one permission of its kind (create, read, update, delete), so that
 * a task role with fewer grants loses exactly those fields.
 */
export function createNotes({
  client,
  tableName,
  newId = randomUUID,
  now = () => new Date().toISOString(),
}) {
  const TableName = tableName;

  // Undefined when the item's condition does not hold, which is an answer and no failure.
  async function send(command) {
    try {
      return await client.send(command);
    } catch (error) {
      if (error.name === "ConditionalCheckFailedException") return undefined;
      throw failure("TABLE_UNAVAILABLE", "the notes cannot be reached; try again", {
        cause: error,
      });
    }
  }

  return {
    async list({ limit, startAfter }) {
      const ExclusiveStartKey = startAfter === undefined ? undefined : { id: startAfter };
      const page = await send(new ScanCommand({ TableName, Limit: limit, ExclusiveStartKey }));
      return { notes: page.Items, lastId: page.LastEvaluatedKey?.id };
    },

    async get(id) {
      // Without ConsistentRead a note may be missing right after it was created.
      const { Item } = await send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }));
      return Item;
    },

    async create({ title, body }) {
      const createdAt = now();
      const note = { id: newId(), title, body, createdAt, updatedAt: createdAt };
      await send(new PutCommand({ TableName, Item: note }));
      return note;
    },

    /** The note as it is now, or undefined where there was none to change. */
    async update(id, changes) {
      const fields = Object.entries({ ...changes, updatedAt: now() });
      const updated = await send(
        new UpdateCommand({
          TableName,
          Key: { id },
          UpdateExpression: `SET ${fields.map(([name]) => `${name} = :${name}`).join(", ")}`,
          ExpressionAttributeValues: Object.fromEntries(
            fields.map(([name, value]) => [`:${name}`, value]),
          ),
          ConditionExpression: "attribute_exists(id)",
          ReturnValues: "ALL_NEW",
        }),
      );
      return updated?.Attributes;
    },

    /** The note as it was, or undefined where there was none. */
    async remove(id) {
      const { Attributes } = await send(
        new DeleteCommand({ TableName, Key: { id }, ReturnValues: "ALL_OLD" }),
      );
      return Attributes;
    },
  };
}
