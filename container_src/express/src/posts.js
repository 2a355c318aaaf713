import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { HttpError } from "./errors.js";

const RETRY_AFTER_SECONDS = 5;

/**
 * The posts in a DynamoDB table whose partition key is the number `id`.
 * Each method needs the one permission of its kind (create, read, update, delete), so that
 * a task role with fewer grants loses exactly those requests.
 */
export function createPosts({ client, tableName }) {
  const TableName = tableName;

  // Undefined when the item's condition does not hold, which is an answer and no failure.
  async function send(command) {
    try {
      return await client.send(command);
    } catch (error) {
      if (error.name === "ConditionalCheckFailedException") return undefined;
      throw new HttpError(503, "table_unavailable", "the posts cannot be reached; try again", {
        headers: { "retry-after": String(RETRY_AFTER_SECONDS) },
        cause: error,
      });
    }
  }

  return {
    async list({ limit, startAfter }) {
      const ExclusiveStartKey = startAfter === undefined ? undefined : { id: startAfter };
      const page = await send(new ScanCommand({ TableName, Limit: limit, ExclusiveStartKey }));
      return { posts: page.Items, lastId: page.LastEvaluatedKey?.id };
    },

    async get(id) {
      // Without ConsistentRead a post may be 404 right after the 201 that created it.
      const { Item } = await send(new GetCommand({ TableName, Key: { id }, ConsistentRead: true }));
      return Item;
    },

    /** False when the id is taken: the condition makes check and write one step. */
    async create(post) {
      const written = await send(
        new PutCommand({
          TableName,
          Item: post,
          ConditionExpression: "attribute_not_exists(id)",
        }),
      );
      return written !== undefined;
    },

    /** The post as it is now, or undefined where there was none to replace. */
    async replace({ id, title, body }) {
      const updated = await send(
        new UpdateCommand({
          TableName,
          Key: { id },
          UpdateExpression: "SET title = :title, body = :body",
          ExpressionAttributeValues: { ":title": title, ":body": body },
          ConditionExpression: "attribute_exists(id)",
          ReturnValues: "ALL_NEW",
        }),
      );
      return updated?.Attributes;
    },

    /** False where there was no such post. */
    async remove(id) {
      const removed = await send(
        new DeleteCommand({ TableName, Key: { id }, ConditionExpression: "attribute_exists(id)" }),
      );
      return removed !== undefined;
    },
  };
}
