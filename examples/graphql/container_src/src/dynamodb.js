import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/**
 * The SDK finds region, credentials and AWS_ENDPOINT_URL_DYNAMODB in the environment by itself:
 * on Fargate the first two are given to every container of a task.
 */
export function createDocumentClient() {
  return DynamoDBDocumentClient.from(
    new DynamoDBClient({
      // By default the SDK waits without end. Three attempts of at most 3 s leave room in
      // the 30 s after which API Gateway gives up on an answer.
      maxAttempts: 3,
      requestHandler: {
        connectionTimeout: 1_000,
        requestTimeout: 2_000,
        throwOnRequestTimeout: true,
      },
    }),
  );
}
