"""Lambda handlers that decode a batch and run the classic rules, without any sink.

Run by Lambda's own runtime client: `python -m awslambdaric handlers.powertools`. Each invocation logs
one line with its counts, as `analytics` does.
"""

import base64

import orjson
from aws_lambda_powertools.utilities.kafka import ConsumerRecords, SchemaConfig, kafka_consumer

from rules import Rules

rules = Rules()


def done(records, alerts_before):
    print(f"batch done records={records} alerts={rules.alerts - alerts_before}")
    return {"batchItemFailures": []}


@kafka_consumer(schema_config=SchemaConfig(value_schema_type="JSON"))
def powertools(event: ConsumerRecords, _context):
    """aws-lambda-powertools' records."""
    before, records = rules.alerts, 0
    for record in event.records:
        records += 1
        rules.take(record.topic, record.value)
    return done(records, before)


def with_orjson(event, _context):
    """orjson for the values; the event itself is what the runtime makes of it."""
    before, records = rules.alerts, 0
    for of_partition in event["records"].values():
        for record in of_partition:
            records += 1
            rules.take(record["topic"], orjson.loads(base64.b64decode(record["value"])))
    return done(records, before)
