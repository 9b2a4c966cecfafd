// Lambda handlers that decode a batch and run the classic rules, without any sink. Each invocation
// logs one line with its counts, as `analytics` does.

import { SchemaType, kafkaConsumer } from "@aws-lambda-powertools/kafka";
import { Rules } from "./rules.mjs";

const rules = new Rules();

function done(records, alertsBefore) {
  console.log(`batch done records=${records} alerts=${rules.alerts - alertsBefore}`);
  return { batchItemFailures: [] };
}

// What Node has itself.
export async function plain(event) {
  const before = rules.alerts;
  let records = 0;
  for (const ofPartition of Object.values(event.records)) {
    for (const record of ofPartition) {
      records += 1;
      rules.take(record.topic, JSON.parse(Buffer.from(record.value, "base64").toString()));
    }
  }
  return done(records, before);
}

// The records of @aws-lambda-powertools/kafka.
export const powertools = kafkaConsumer(
  async (event) => {
    const before = rules.alerts;
    for (const record of event.records) rules.take(record.topic, record.value);
    return done(event.records.length, before);
  },
  { value: { type: SchemaType.JSON } },
);
