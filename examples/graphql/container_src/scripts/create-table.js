// Creates the table of notes in DynamoDB Local. In the cloud the table belongs to a stack,
// and the task role may not create one: hence the refusal of any other endpoint.
import { setTimeout as sleep } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";

const { AWS_ENDPOINT_URL_DYNAMODB: endpoint, STORAGE_NOTES_NAME: TableName } = process.env;
const PATIENCE_MS = 30_000;

function fail(problem) {
  console.error(`create-table: ${problem}`);
  process.exit(1);
}

/** Loopback, or a name without a dot, as the services of a Compose project have. */
function isLocal(url) {
  const host = URL.parse(url)?.hostname;
  return host !== undefined && (host === "127.0.0.1" || host === "[::1]" || /^[^.:]+$/.test(host));
}

if (!TableName) fail("STORAGE_NOTES_NAME is not set");
if (!endpoint) fail("AWS_ENDPOINT_URL_DYNAMODB is not set; without it this would reach AWS");
if (!isLocal(endpoint)) {
  fail(`AWS_ENDPOINT_URL_DYNAMODB: expected one like http://dynamodb:8000, got '${endpoint}'`);
}

const client = new DynamoDBClient({ maxAttempts: 1 });
const table = new CreateTableCommand({
  TableName,
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  BillingMode: "PAY_PER_REQUEST",
});

// DynamoDB Local has no health check to wait for, so its first answer is awaited here.
for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(500)) {
  try {
    await client.send(table);
    console.log(`create-table: ${TableName} created`);
    break;
  } catch (error) {
    if (error.name === "ResourceInUseException") {
      console.log(`create-table: ${TableName} exists already`);
      break;
    }
    // A refused connection carries its reason in the name alone.
    if (Date.now() > deadline) fail(`${endpoint}: ${error.message || error.name}`);
  }
}
