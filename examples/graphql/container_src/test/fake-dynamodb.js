// An in-memory stand-in for the document client, so that the real store runs in every test.
// notes.test.js runs one suite against this and, given an endpoint, against a real DynamoDB:
// what the two do differently is found there.

function failure(name) {
  return Object.assign(new Error(`made up: ${name}`), { name });
}

export class FakeDocumentClient {
  items = new Map();
  /** How many requests were made. */
  calls = 0;
  /** Set to the name of an error to make every call fail with it. */
  failing = undefined;

  async send(command) {
    this.calls += 1;
    if (this.failing) throw failure(this.failing);
    const { input } = command;
    const id = input.Key?.id ?? input.Item?.id;
    const item = this.items.get(id);
    if (input.ConditionExpression === "attribute_exists(id)" && !item) {
      throw failure("ConditionalCheckFailedException");
    }
    return this[command.constructor.name](input, id, item);
  }

  GetCommand(input, id, item) {
    return { Item: item };
  }

  PutCommand({ Item }, id) {
    this.items.set(id, Item);
    return {};
  }

  UpdateCommand({ UpdateExpression, ExpressionAttributeValues, ReturnValues }, id, item) {
    const changed = { ...item };
    for (const [, name, placeholder] of UpdateExpression.matchAll(/(\w+) = (:\w+)/g)) {
      changed[name] = ExpressionAttributeValues[placeholder];
    }
    this.items.set(id, changed);
    return { Attributes: ReturnValues === "ALL_NEW" ? changed : undefined };
  }

  DeleteCommand({ ReturnValues }, id, item) {
    this.items.delete(id);
    return { Attributes: ReturnValues === "ALL_OLD" ? item : undefined };
  }

  ScanCommand({ Limit, ExclusiveStartKey }) {
    const ids = [...this.items.keys()];
    const from = ExclusiveStartKey ? ids.indexOf(ExclusiveStartKey.id) + 1 : 0;
    const page = ids.slice(from, from + Limit);
    // As DynamoDB does: a full page has a key to go on from, even when nothing follows.
    const LastEvaluatedKey = page.length === Limit ? { id: page.at(-1) } : undefined;
    return { Items: page.map((id) => this.items.get(id)), LastEvaluatedKey };
  }
}
