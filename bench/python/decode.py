"""Decodes an event from a file again and again, as a Lambda function in Python would.

    python decode.py powertools|orjson FILE ROUNDS

Prints one JSON object: the checksum, and the CPU time of each round in nanoseconds. A round begins
with the bytes that the Runtime API hands over and ends with every event read.
"""

import base64
import json
import sys
import time

from checksum import Checksum


def powertools():
    """aws-lambda-powertools' `kafka_consumer`, on what the runtime's `json.loads` makes."""
    from aws_lambda_powertools.utilities.kafka import ConsumerRecords, SchemaConfig, kafka_consumer

    @kafka_consumer(schema_config=SchemaConfig(value_schema_type="JSON"))
    def handler(event: ConsumerRecords, _context):
        checksum = Checksum()
        for record in event.records:
            header_bytes = 0
            for chunk in record.original_headers:
                for value in chunk.values():
                    header_bytes += len(value)
            checksum.add(record.topic, record.offset, len(record.key), header_bytes, record.value)
        return checksum

    return lambda body: handler(json.loads(body), None)


def orjson():
    """orjson for the event and for the values, and nothing else."""
    from orjson import loads

    decode = base64.b64decode

    def handler(body):
        checksum = Checksum()
        for records in loads(body)["records"].values():
            for record in records:
                header_bytes = 0
                for chunk in record["headers"]:
                    for value in chunk.values():
                        header_bytes += len(value)
                key = decode(record["key"])
                event = loads(decode(record["value"]))
                checksum.add(record["topic"], record["offset"], len(key), header_bytes, event)
        return checksum

    return handler


def peak_rss_bytes():
    try:
        with open("/proc/self/status") as status:
            lines = [line for line in status if line.startswith("VmHWM:")]
    except OSError:
        return None
    return int(lines[0].split()[1]) * 1024


def main():
    variant, file, rounds = sys.argv[1:]
    run = {"powertools": powertools, "orjson": orjson}[variant]()
    with open(file, "rb") as opened:
        body = opened.read()
    rounds_ns = []
    for _ in range(int(rounds)):
        before = time.process_time_ns()
        checksum = run(body)
        rounds_ns.append(time.process_time_ns() - before)
    result = {"checksum": str(checksum), "rounds_ns": rounds_ns, "peak_rss_bytes": peak_rss_bytes()}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
