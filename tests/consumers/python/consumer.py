"""A sample analytics consumer: keeps a table of where every application stands, and proves that nothing is missing.

Live events come by a queue of its own. Each carries a sequence number per application: 1, 2, 3 and so on, without gaps.
A number that was seen is a repeat; a number too high shows that something did not arrive. The consumer then reads the
stream `greenhouse.status-history`, which keeps everything that was ever told, and puts what it misses into its own
queue: nobody else gets anything twice. A consumer that begins without a table needs nothing more than that, either.
"""

import argparse
import contextlib
import json
import os
import sys

import pika
import pika.exceptions

EXCHANGE = "intrro.greenhouse.events"
STREAM = "greenhouse.status-history"
CHANGED = "intrro.events.v1.CandidateStatusChanged"
# Unacknowledged messages: a stream wants to be told.
PREFETCH = 100
# How long the stream may be silent until its end is reached.
SILENCE_SECONDS = 5


class Table:
    """Where applications stand, by application."""

    def __init__(self):
        self.rows = {}
        # What came too early, by application and sequence.
        self.early = {}

    def apply(self, event):
        """Applies an event; returns the first and the last missing sequence number if there is a gap before it."""
        data = event["data"]
        application, sequence = (event["tenantid"], data["applicationId"]), int(data["sequence"])
        known = self.rows.get(application, {"sequence": 0})["sequence"]
        if sequence <= known:
            return None
        self.early.setdefault(application, {})[sequence] = data["current"]
        waiting = self.early[application]
        while known + 1 in waiting:
            known += 1
            self.rows[application] = {"sequence": known, "current": waiting.pop(known)}
        return (known + 1, min(waiting) - 1) if waiting else None

    def count(self):
        """How many events were applied."""
        return sum(row["sequence"] for row in self.rows.values())

    def as_json(self):
        rows = {f"{tenant}/{application}": row for (tenant, application), row in self.rows.items()}
        return json.dumps(rows, sort_keys=True)


def replay(url, stream, queue, application, missing):
    """Puts the missing events of one application from the stream into `queue`, and into no other."""
    first, last = missing
    found = 0
    reading = pika.BlockingConnection(pika.URLParameters(url))
    try:
        channel = reading.channel()
        channel.basic_qos(prefetch_count=PREFETCH)
        messages = channel.consume(
            stream, arguments={"x-stream-offset": "first"}, inactivity_timeout=SILENCE_SECONDS
        )
        with pika.BlockingConnection(pika.URLParameters(url)) as connection:
            own = connection.channel()
            own.confirm_delivery()
            for method, properties, body in messages:
                if method is None:
                    break
                channel.basic_ack(method.delivery_tag)
                if properties.type != CHANGED:
                    continue
                event = json.loads(body)
                key = (event["tenantid"], event["data"]["applicationId"])
                if key == application and first <= int(event["data"]["sequence"]) <= last:
                    own.basic_publish("", queue, body, properties)
                    found += 1
                if found == last - first + 1:
                    break
    finally:
        # pika hands back what it fetched ahead, which a stream answers by closing the connection: it keeps everything anyway.
        with contextlib.suppress(pika.exceptions.AMQPError):
            reading.close()
    return found


def consume(arguments):
    table = Table()
    with pika.BlockingConnection(pika.URLParameters(arguments.url)) as connection:
        channel = connection.channel()
        channel.queue_declare(arguments.queue, durable=True)
        if arguments.exchange:
            channel.queue_bind(arguments.queue, arguments.exchange, CHANGED)
        channel.basic_qos(prefetch_count=PREFETCH)
        asked = set()
        for method, properties, body in channel.consume(arguments.queue):
            event = json.loads(body)
            if event["type"] == CHANGED:
                missing = table.apply(event)
                application = (event["tenantid"], event["data"]["applicationId"])
                if missing and (application, missing) not in asked:
                    asked.add((application, missing))
                    found = replay(arguments.url, arguments.stream, arguments.queue, application, missing)
                    print(f"gap {application} {missing}: replayed {found}", file=sys.stderr)
            # Only now: what is not applied comes again.
            channel.basic_ack(method.delivery_tag)
            if arguments.stop_after and table.count() >= arguments.stop_after:
                break
        channel.cancel()
    print(table.as_json())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default=os.environ.get("BRIDGE_AMQP_URL"), help="default: BRIDGE_AMQP_URL")
    parser.add_argument("--queue", default="sample.python", help="its own queue; declared")
    parser.add_argument("--exchange", default=EXCHANGE, help="empty: bind to nothing")
    parser.add_argument("--stream", default=STREAM)
    parser.add_argument("--stop-after", type=int, help="events to apply before the table is printed")
    consume(parser.parse_args())


if __name__ == "__main__":
    main()
