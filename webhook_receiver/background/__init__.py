"""What the receiver does behind its answers: it enqueues wake-ups, adds counts, and writes the trail.

No request waits for anything in here. It imports the values of `requests`, and nothing else of the receiver.
"""
