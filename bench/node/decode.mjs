// Decodes an event from a file again and again, as a Lambda function in Node would.
//
//     node decode.mjs plain|powertools FILE ROUNDS
//
// Prints one JSON object: the checksum, and the CPU time of each round in nanoseconds. A round begins
// with the bytes that the Runtime API hands over and ends with every event read.

import { readFileSync } from "node:fs";
import { Checksum } from "./checksum.mjs";

// What Node has itself.
function plain() {
  return (body) => {
    const checksum = new Checksum();
    for (const records of Object.values(JSON.parse(body.toString()).records)) {
      for (const record of records) {
        const key = Buffer.from(record.key, "base64");
        const event = JSON.parse(Buffer.from(record.value, "base64").toString());
        checksum.add(record.topic, record.offset, key.length, record.headers, event);
      }
    }
    return checksum;
  };
}

// @aws-lambda-powertools/kafka, on what the runtime's `JSON.parse` makes.
async function powertools() {
  const { SchemaType, kafkaConsumer } = await import("@aws-lambda-powertools/kafka");
  const handler = kafkaConsumer(
    async (event) => {
      const checksum = new Checksum();
      for (const record of event.records) {
        const { topic, offset, key, value, originalHeaders } = record;
        checksum.add(topic, offset, key.length, originalHeaders, value);
      }
      return checksum;
    },
    { value: { type: SchemaType.JSON } },
  );
  return (body) => handler(JSON.parse(body.toString()), {});
}

function peakRssBytes() {
  try {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
    return Number(line[1]) * 1024;
  } catch {
    return null;
  }
}

const [variant, file, rounds] = process.argv.slice(2);
const run = await { plain, powertools }[variant]();
const body = readFileSync(file);
const roundsNs = [];
let checksum;
for (let round = 0; round < Number(rounds); round++) {
  const before = process.cpuUsage();
  checksum = await run(body);
  const { user, system } = process.cpuUsage(before);
  roundsNs.push((user + system) * 1000);
}
console.log(
  JSON.stringify({
    checksum: String(checksum),
    rounds_ns: roundsNs,
    peak_rss_bytes: peakRssBytes(),
  }),
);
